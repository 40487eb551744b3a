import { refusesValues } from "../../refusals";
import * as must from "../../sentences";

refusesValues("helm.chart, helm.version and helm.repo", [
    ["helm.chart", "", must.notEmpty],
    ["helm.version", "^3.0.0", "must be one version and not a range, e.g. `3.0.0`"],
    ["helm.repo", "charts.example.com", "must be an address, e.g. `https://helm.example.com/charts`"],
]);
