// Of the area's own.
import {} from "./console.js";
