// What a device remembers: unsent answers and when it was asked. A browser that keeps nothing still gets the question.

const memory = new Map();

const recall = (name, otherwise) => {
  try {
    return JSON.parse(localStorage.getItem("earshot." + name)) ?? otherwise;
  } catch {
    return memory.get(name) ?? otherwise;
  }
};

const remember = (name, value) => {
  memory.set(name, value);
  try {
    localStorage.setItem("earshot." + name, JSON.stringify(value));
  } catch {
    // Full or forbidden: the page's own memory has to do.
  }
};
