// Everything works without this. It saves steps: see the other modules.

import "./options.js";
import "./browse.js";
import "./counts.js";
import "./live.js";
import "./keys.js";
import "./copy.js";
import "./viewer.js";
import "./rate.js";
import "./complete.js";
import "./tagging.js";
import "./star.js";
import "./albums.js";
import "./upload.js";
import "./people.js";
import "./moments.js";
import "./select.js";
import "./returning.js";
import "./search.js";

document.documentElement.dataset.script = "";
