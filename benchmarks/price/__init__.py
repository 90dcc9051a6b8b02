"""What Earshot costs a month on AWS, from the translated template and what its functions do."""
