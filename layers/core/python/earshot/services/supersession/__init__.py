"""Which responses of a person are superseded: each knows the day of the same person's next one (ADR 13).

The responses of one person to one survey that count form a chain, in the order of (responded_at, id):

      3 January               20 January              11 February
    +-------------+         +-------------+         +-------------+
    | score 4     |         | score 6     |         | score 9     |
    | superseded: |-------->| superseded: |-------->| superseded: |
    | 20 January  |         | 11 February |         | none        |
    +-------------+         +-------------+         +-------------+
       counted on              counted on              counted on
       3 January, and          20 January, and         11 February
       as superseded           as superseded           alone
       on the 20th             on 11 February

A response that is superseded within a window is not its person's latest there. So a score of the latest responses is
that of all responses in the window, less those whose own day and next day both lie in it: here the 4 leaves a window
of January, and the 6 stays in it. Both counts change in the transaction that changes the link.

A writer of a response reconciles the links around it: the nearest response before it that counts must name its day,
and it must name the day of the nearest one after it. Nothing is locked. Each writer reads both neighbours after its
write, corrects what is wrong on the revisions it read, and looks again after each write of its own, until nothing is
wrong. Of two writers side by side the one that looks last sees what both wrote. A writer that crashes in between leaves
its message in the queue, and the next try looks again, also where the response itself does not change any more.

- `reconcile_one`: around one response, query by query, until nothing is wrong. Also what a correction, an exclusion or
  an erasure leaves: a response that counts no more is cut out of the chain in its own transaction.
- `reconcile_people`: the chains of many people, read in one query each, in few calls where one look is proven to be
  enough; what one look does not settle, one by one.
- `after_write`: what the recorder does after each batch: anonymize erased people's responses, reconcile all others.
"""
