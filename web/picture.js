// The picture: an interactive graph, drawn from the same statements as the table beside it.
import cytoscape from "cytoscape";

const host = document.getElementById("picture");
if (host) start(host);

async function start(host) {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const shapes = ["ellipse", "round-rectangle", "diamond", "hexagon", "triangle", "pentagon", "octagon", "tag"];
  const colours = dark
    ? ["#8ec2ff", "#ffb27a", "#8fdcae", "#ff9d9d", "#d9b3ff", "#ffe08a", "#7fe0e0", "#c8d0da"]
    : ["#0b57a4", "#a34a00", "#17633a", "#a3121f", "#6a2fa0", "#6b5300", "#005f66", "#4d5865"];
  const kinds = [];
  host.classList.add("picture");
  const bar = document.createElement("p");
  const fit = button("Fit", () => graph.fit(undefined, 20));
  const larger = button("Larger", () => zoom(1.25));
  const smaller = button("Smaller", () => zoom(0.8));
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", "Picture of the neighbourhood. Arrow keys choose an entity, Enter expands it, O opens its page.");
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  status.id = "picture-status";
  status.textContent = "Click an entity, or choose it with the arrow keys and press Enter, to see more around it; O or a double click opens its page.";
  const legend = document.createElement("ul");
  legend.className = "legend-list";
  legend.setAttribute("aria-label", "Kinds");
  bar.append(fit, " ", larger, " ", smaller);
  host.append(bar, canvas, status, legend);

  // Cytoscape adds a style element for one rule, which the pages' policy forbids and their sheet
  // has; it leaves that out where something has the element's id.
  const mark = document.createElement("span");
  mark.id = "__________cytoscape_stylesheet";
  mark.hidden = true;
  host.append(mark);

  const ink = dark ? "#e8ebef" : "#1b1f24";
  const graph = cytoscape({
    container: canvas,
    wheelSensitivity: 0.3,
    style: [
      { selector: "node", style: { label: "data(label)", "background-color": "data(colour)", shape: "data(shape)", color: ink, "font-size": 11, "text-wrap": "wrap", "text-max-width": 110, "text-valign": "bottom", "text-margin-y": 3, width: 22, height: 22 } },
      { selector: "node.centre", style: { width: 34, height: 34, "font-weight": "bold", "font-size": 13 } },
      { selector: "node.chosen", style: { "border-width": 4, "border-color": ink } },
      { selector: "edge", style: { width: "data(width)", "line-color": dark ? "#7d8998" : "#8a96a3", "target-arrow-color": dark ? "#7d8998" : "#8a96a3", "target-arrow-shape": "triangle", "curve-style": "bezier", opacity: 0.8 } },
      { selector: "edge.denied", style: { "line-style": "dashed", "line-color": colours[3], "target-arrow-color": colours[3] } },
      { selector: "edge.near", style: { label: "data(label)", "font-size": 10, color: ink, "text-rotation": "autorotate", "text-background-color": dark ? "#14171b" : "#fff", "text-background-opacity": 0.9 } },
    ],
  });
  window.twitchkgPicture = graph;

  function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }
  function zoom(by) {
    graph.zoom({ level: graph.zoom() * by, renderedPosition: { x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 } });
  }
  function look(kind) {
    if (!kinds.includes(kind)) {
      kinds.push(kind);
      const place = kinds.length - 1;
      const item = document.createElement("li");
      const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      mark.setAttribute("class", "swatch");
      mark.setAttribute("viewBox", "0 0 10 10");
      mark.setAttribute("aria-hidden", "true");
      const disc = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      for (const [name, value] of [["cx", 5], ["cy", 5], ["r", 5], ["fill", colours[place % colours.length]]]) disc.setAttribute(name, value);
      mark.append(disc);
      item.append(mark, ` ${kind} (${shapes[place % shapes.length].replace("round-", "")})`);
      legend.append(item);
    }
    const place = kinds.indexOf(kind);
    return { colour: colours[place % colours.length], shape: shapes[place % shapes.length] };
  }
  function add(value, around) {
    const near = around ? graph.getElementById(around).position() : { x: 0, y: 0 };
    let added = 0;
    for (const node of value.nodes) {
      if (graph.getElementById(node.id).nonempty()) continue;
      added += 1;
      const turn = (added * 2.4) % (2 * Math.PI);
      graph.add({ group: "nodes", data: { ...node, ...look(node.kind) }, position: { x: near.x + 90 * Math.cos(turn), y: near.y + 90 * Math.sin(turn) } });
      if (node.outlook) flags();
    }
    for (const edge of value.edges) {
      const id = `${edge.source} ${edge.label} ${edge.target}`;
      if (graph.getElementById(id).nonempty()) continue;
      graph.add({ group: "edges", classes: edge.against ? "denied" : "", data: { ...edge, id, width: 1 + 1.4 * edge.for } });
    }
    return added;
  }
  function flags() {
    if (host.querySelector(".to-flags")) return;
    const note = document.createElement("p");
    note.className = "message to-flags";
    const link = document.createElement("a");
    link.href = document.getElementById("red-flags") ? "#red-flags" : "/doctor";
    link.textContent = "The picture names an outlook: read the red flags with it.";
    note.append(link);
    bar.before(note);
  }
  function arrange(first) {
    const layers = host.dataset.layout === "layers";
    graph.layout({
      name: layers ? "breadthfirst" : "cose",
      directed: true, grid: false, spacingFactor: layers ? 1.1 : 1,
      randomize: false, animate: !still && !first, animationDuration: 300, nodeRepulsion: 60000, idealEdgeLength: 90, padding: 20,
    }).run();
  }
  function choose(node) {
    graph.elements().removeClass("chosen near");
    node.addClass("chosen").connectedEdges().addClass("near");
    status.textContent = `${node.data("label")} (${node.data("kind")}), ${node.degree()} statements shown.`;
  }
  async function expand(node) {
    choose(node);
    if (!host.dataset.expand) return;
    const answer = await fetch(host.dataset.expand + encodeURIComponent(node.id()));
    if (!answer.ok) { status.textContent = "What stands around it could not be read."; return; }
    const added = add(await answer.json(), node.id());
    if (added) arrange(false);
    status.textContent = `${node.data("label")}: ${added} more entities shown.`;
  }
  graph.on("tap", "node", (event) => expand(event.target));
  graph.on("dbltap", "node", (event) => { location.href = event.target.data("href"); });
  canvas.addEventListener("keydown", (event) => {
    const nodes = graph.nodes().toArray();
    const now = nodes.findIndex((node) => node.hasClass("chosen"));
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step && nodes.length) {
      event.preventDefault();
      choose(nodes[now < 0 ? 0 : (now + step + nodes.length) % nodes.length]);
    } else if (event.key === "Enter" && now >= 0) {
      event.preventDefault();
      expand(nodes[now]);
    } else if (event.key.toLowerCase() === "o" && now >= 0) location.href = nodes[now].data("href");
    else if (event.key === "+") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
  });
  const answer = await fetch(host.dataset.source);
  if (!answer.ok) { status.textContent = "The picture's data could not be read. The table says the same."; return; }
  const value = await answer.json();
  add(value, "");
  if (value.centre) graph.getElementById(value.centre).addClass("centre");
  arrange(true);
  graph.fit(undefined, 20);
  host.dataset.ready = "yes";
}
