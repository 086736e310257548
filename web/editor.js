// The SPARQL editor: Yasgui, completing from this endpoint's own prefixes, classes and properties.
import Yasgui from "@zazuko/yasgui";
import "@zazuko/yasgui/build/yasgui.min.css";

const host = document.getElementById("editor");
if (host) start(host);

async function rows(endpoint, query) {
  const answer = await fetch(`${endpoint}?query=${encodeURIComponent(query)}`, { headers: { Accept: "application/sparql-results+json" } });
  return answer.ok ? (await answer.json()).results.bindings : [];
}

async function start(host) {
  const endpoint = new URL(host.dataset.endpoint, location.href).href;
  const plain = document.getElementById("plain");
  const text = plain.querySelector("textarea").value;
  const prefixes = JSON.parse(host.dataset.prefixes);
  const terms = { class: [], property: [] };
  // One tab, nothing kept: what somebody asks stays in the address they share.
  const of = (kind) => ({
    name: `own-${kind}`,
    bulk: true,
    autoShow: false,
    persistenceId: null,
    get: async () => {
      if (!terms[kind].length) {
        const type = kind === "class" ? "owl:Class" : "?type";
        const more = kind === "class" ? "" : "VALUES ?type { owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }";
        terms[kind] = (await rows(endpoint, `SELECT DISTINCT ?term WHERE { ${more} ?term a ${type} FILTER(isIRI(?term)) } ORDER BY ?term`)).map((row) => row.term.value);
      }
      return terms[kind];
    },
    isValidCompletionPosition: (yasqe) => Yasgui.Yasqe.Autocompleters[kind].isValidCompletionPosition(yasqe),
    preProcessToken: (yasqe, token) => Yasgui.Yasqe.Autocompleters[kind].preProcessToken(yasqe, token),
    postProcessSuggestion: (yasqe, token, suggestion) => Yasgui.Yasqe.Autocompleters[kind].postProcessSuggestion(yasqe, token, suggestion),
  });
  Yasgui.Yasqe.forkAutocompleter("prefixes", { name: "own-prefixes", persistenceId: null, get: () => Object.entries(prefixes).map(([name, iri]) => `${name}: <${iri}>`).sort() });
  for (const kind of ["class", "property"]) Yasgui.Yasqe.registerAutocompleter(of(kind));
  const standard = Yasgui.Yasqe.defaults;
  standard.autocompleters = ["own-prefixes", "variables", "own-class", "own-property"];
  const yasgui = new Yasgui(host, {
    requestConfig: { endpoint, method: "GET" },
    copyEndpointOnNewTab: true,
    persistenceId: null,
    persistencyExpire: 0,
    endpointCatalogueOptions: { getData: () => [{ endpoint }] },
    yasqe: { value: text, autocompleters: standard.autocompleters, prefixCcApi: "", createShareableLink: (yasqe) => share(yasqe.getValue()) },
    yasr: { prefixes },
  });
  const tab = yasgui.getTab() || yasgui.addTab(true);
  tab.setQuery(text);
  function share(query) {
    return `${location.origin}/editor?query=${encodeURIComponent(query)}`;
  }
  const link = document.createElement("a");
  link.id = "share";
  link.textContent = "Link to this query";
  const refresh = () => { link.href = share(tab.getYasqe().getValue()); plain.querySelector("textarea").value = tab.getYasqe().getValue(); };
  tab.getYasqe().on("change", refresh);
  refresh();
  const line = document.createElement("p");
  line.append(link);
  host.after(line);
  plain.querySelector("textarea").hidden = true;
  plain.querySelector("label").hidden = true;
  name(host);
  new MutationObserver(() => name(host)).observe(host, { childList: true, subtree: true });
  host.dataset.ready = "yes";
}

// The editor leaves some of its controls without a name that can be read out.
function name(host) {
  host.querySelectorAll(".CodeMirror textarea:not([aria-label])").forEach((area) => area.setAttribute("aria-label", "SPARQL query"));
  host.querySelectorAll(".autocompleteWrapper input:not([aria-label]), .tab input:not([aria-label])").forEach((input) => input.setAttribute("aria-label", "Endpoint or name of the tab"));
}
