// Everything works without this. It saves steps: see the other modules.

import "./options.js";
import "./counts.js";
import "./keys.js";

document.documentElement.dataset.script = "";
