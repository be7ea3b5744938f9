import { displayText } from '../parts/displayText';

/** Attributes whose text a person sees or hears. */
const attributes = ['title', 'aria-label', 'alt', 'placeholder', 'label'];

/**
 * Escapes all text of the document, whichever page shows it and wherever it came from, before it is painted: observers run ahead of that. What a page
 * holds stays as the cluster has it, so that it can be compared and sent back. Returns how to stop.
 */
export function guardDisplay(root: Node): () => void {
  const observer = new MutationObserver(records => {
    for (const record of records) {
      if (record.type === 'childList') record.addedNodes.forEach(escapeAll);
      else if (record.type === 'characterData') escapeText(record.target);
      else escapeAttributes(record.target as Element);
    }
  });
  observer.observe(root, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: attributes });
  escapeAll(root);
  return () => observer.disconnect();
}

function escapeAll(node: Node): void {
  if (node.nodeType === 3) escapeText(node);
  else if (node.nodeType === 1) escapeAttributes(node as Element);
  node.childNodes.forEach(escapeAll);
}

function escapeText(node: Node): void {
  const text = node.nodeValue ?? '';
  const shown = displayText(text);
  if (shown !== text) node.nodeValue = shown;
}

function escapeAttributes(element: Element): void {
  for (const name of attributes) {
    const text = element.getAttribute(name);
    if (text === null) continue;
    const shown = displayText(text);
    if (shown !== text) element.setAttribute(name, shown);
  }
}
