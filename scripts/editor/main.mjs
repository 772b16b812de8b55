// The code editor of templates: CodeMirror 6 as one file, which the designer fetches when its source is opened.
// The page calls `autoreportEditor.mount(element, options)` (app/src/templates/designer/source/editor.rs); nothing else uses it.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { html } from '@codemirror/lang-html';
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import {
  Decoration, EditorView, MatchDecorator, ViewPlugin, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';

// Colours are those of the page, so that both themes and forced colours hold.
const colours = HighlightStyle.define([
  { tag: [tags.tagName, tags.angleBracket], color: 'var(--blue-text)' },
  { tag: tags.attributeName, color: 'var(--violet-text)' },
  { tag: [tags.attributeValue, tags.string], color: 'var(--green-text)' },
  { tag: [tags.comment, tags.documentMeta], color: 'var(--text-3)' },
  { tag: [tags.keyword, tags.propertyName], color: 'var(--violet-text)' },
  { tag: [tags.number, tags.color, tags.unit], color: 'var(--orange-text)' },
]);

const look = EditorView.theme({
  '&': { color: 'var(--text-1)', backgroundColor: 'var(--surface)', fontSize: 'var(--fs-13)' },
  '&.cm-focused': { outline: '2px solid var(--ring)', outlineOffset: '1px' },
  '.cm-content': { caretColor: 'var(--text-1)', fontFamily: 'var(--font-mono)' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.6' },
  '.cm-cursor': { borderLeftColor: 'var(--text-1)' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--text-2)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in oklch, var(--hover) 60%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { background: 'var(--accent-bg-strong)' },
  '.cm-tera': { color: 'var(--accent-text)', backgroundColor: 'var(--accent-bg)', borderRadius: '3px' },
  '.cm-tera *': { color: 'inherit' },
  '.cm-tera-statement': { color: 'var(--orange-text)', backgroundColor: 'var(--orange-bg)', borderRadius: '3px' },
  '.cm-tera-statement *': { color: 'inherit' },
  '.cm-tera-comment, .cm-tera-comment *': { color: 'var(--text-3)', fontStyle: 'italic' },
  '.cm-tooltip': { backgroundColor: 'var(--raised)', color: 'var(--text-1)', border: '1px solid var(--line)', borderRadius: 'var(--r-2)' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent-bg-strong)', color: 'var(--text-1)' },
  '.cm-completionDetail': { color: 'var(--text-2)', fontStyle: 'normal' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--text-1)' },
  '.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panel.cm-search': { fontSize: 'var(--fs-13)', padding: '4px 32px 4px 6px' },
  '.cm-panel.cm-search label': { display: 'inline-flex', alignItems: 'center', gap: '4px', minHeight: '24px', fontSize: 'inherit' },
  '.cm-panel.cm-search [name=close]': { minWidth: '24px', minHeight: '24px', color: 'var(--text-1)' },
  '.cm-button, .cm-textfield': {
    minHeight: '28px', color: 'var(--text-1)', backgroundColor: 'var(--surface)', backgroundImage: 'none', border: '1px solid var(--line-strong)', borderRadius: 'var(--r-1)', fontSize: 'inherit',
  },
});

// Tera stands anywhere in HTML, also within tags: it is marked over what the grammar says.
const classes = { '{{': 'cm-tera', '{%': 'cm-tera-statement', '{#': 'cm-tera-comment' };
const marks = Object.fromEntries(Object.entries(classes).map(([open, name]) => [open, Decoration.mark({ class: name })]));
const matcher = new MatchDecorator({ regexp: /\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}/g, decoration: ([text]) => marks[text.slice(0, 2)] });
const tera = ViewPlugin.fromClass(class {
  constructor(view) { this.decorations = matcher.createDeco(view); }
  update(update) { this.decorations = matcher.updateDeco(update, this.decorations); }
}, { decorations: (plugin) => plugin.decorations });

// The loops that are open at the end of a text, the innermost first: the name of one, and the usual one of its list.
function loopsIn(text, known) {
  const open = [];
  for (const [, item, list] of text.matchAll(/\{%-?\s*(?:for\s+(\w+)\s+in\s+(.*?)|endfor)\s*-?%\}/gs)) {
    if (!item) open.pop();
    else open.push({ item, usual: known.variables.find(({ name }) => name === /(?:^\[.*?\sin\s+)?([\w.]+)/s.exec(list)?.[1])?.item });
  }
  return open.reverse();
}

// What can be written at the end of a text: what loops hold only within them, under the names that they give.
function variablesIn(text, known) {
  const found = loopsIn(text, known).filter(({ usual }) => usual).flatMap(({ item, usual }) => {
    const renamed = (words) => `${item}${words.slice(usual.length)}`;
    return known.variables.filter(({ name }) => name.startsWith(`${usual}.`)).map(({ name, insert, about }) => ({ name: renamed(name), insert: renamed(insert), about }));
  });
  return [...found, ...known.variables.filter(({ name, is_in_list: isInList }) => !isInList && !found.some((own) => own.name === name))];
}

// Variables and filters after `{{` and `{%`; what the words of the page are is told by the page.
function proposals(known) {
  return (context) => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const open = Math.max(before.lastIndexOf('{{'), before.lastIndexOf('{%'));
    if (open < 0 || /[}%]\}/.test(before.slice(open + 2))) return null;
    const inside = before.slice(open + 2);
    const filter = /\|\s*([\w]*)$/.exec(inside);
    if (filter) {
      return { from: context.pos - filter[1].length, options: known.filters.map((name) => ({ label: name, type: 'function' })), validFor: /^\w*$/ };
    }
    const word = /[\w.]*$/.exec(inside)[0];
    const closes = before.slice(open).startsWith('{{') && !line.text.slice(context.pos - line.from).trimStart().startsWith('}}');
    const isOutput = before.startsWith('{{', open);
    const root = word.includes('.') ? word.slice(0, word.indexOf('.')) : '';
    const isAlone = /^\s*[\w.]*$/.test(inside);
    // Of a list there is nothing to write but what each of it has: a loop comes in the place of the braces.
    const loop = (each) => (view, _, from, to) => {
      const behind = /^\s*\}\}/.exec(view.state.sliceDoc(to, view.state.doc.lineAt(to).to))?.[0].length ?? 0;
      view.dispatch({ changes: { from: line.from + open, to: to + behind, insert: each }, selection: { anchor: line.from + open + each.length }, userEvent: 'input.complete' });
    };
    const written = (name, insert, each) => {
      if (!isOutput) return name;
      if (!isAlone) return each ? name : insert;
      if (each) return loop(each);
      return closes ? `${inside === word ? ' ' : ''}${insert} }}` : insert;
    };
    const options = variablesIn(context.state.sliceDoc(0, context.pos), known).map(({ name, insert, about, each }) => ({
      label: name, info: about || undefined, type: 'variable', apply: written(name, insert, each),
    }));
    const isOfRoot = (text) => /^[\w.]*$/.test(text) && (text.includes('.') ? text.slice(0, text.indexOf('.')) : '') === root;
    return { from: context.pos - word.length, options, validFor: isOfRoot };
  };
}

// Within Tera only what Tera knows: the grammar of HTML would offer its tags there as well, and have them written.
const completes = (ofTera) => (context) => {
  const found = ofTera(context);
  if (found) return found;
  const others = context.state.languageDataAt('autocomplete', context.pos).filter((source) => typeof source === 'function');
  for (const source of others) {
    const other = source(context);
    if (other) return other;
  }
  return null;
};

// The list opens by itself behind `{{`.
const opens = EditorView.inputHandler.of((view, from, to, text) => {
  if (text === '{' && view.state.sliceDoc(from - 1, from) === '{') setTimeout(() => startCompletion(view));
  return false;
});

function mount(element, { doc, nonce, label, describedBy, onChange, known }) {
  let words = JSON.parse(known);
  let isQuiet = false;
  const view = new EditorView({
    parent: element,
    state: EditorState.create({
      doc,
      extensions: [
        EditorView.cspNonce.of(nonce),
        lineNumbers(), foldGutter(), lintGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(),
        highlightActiveLine(), highlightActiveLineGutter(), highlightSelectionMatches(), search({ top: true }),
        html({ matchClosingTags: true, autoCloseTags: true }), syntaxHighlighting(colours), tera, look,
        autocompletion({ icons: false, override: [completes((context) => proposals(words)(context))] }), opens,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label, ...(describedBy ? { 'aria-describedby': describedBy } : {}), spellcheck: 'false' }),
        // Tab leaves the editor: whoever has no mouse must be able to.
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap]),
        EditorView.updateListener.of((update) => { if (update.docChanged && !isQuiet) onChange(update.state.doc.toString()); }),
      ],
    }),
  });
  // On a narrow page the text is below the fold of its frame: arrow keys move it there.
  view.scrollDOM.tabIndex = 0;
  const place = (line, column) => {
    const found = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
    return { line: found, at: Math.min(found.from + Math.max(column - 1, 0), found.to) };
  };
  return {
    // What stands there already is not written again: the caret stays.
    setDoc(text) {
      if (text === view.state.doc.toString()) return;
      isQuiet = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      isQuiet = false;
    },
    // Where the caret is, in place of what is chosen.
    insert(text) {
      view.dispatch(view.state.replaceSelection(text), { scrollIntoView: true });
      view.focus();
    },
    // What stands before the caret.
    before() { return view.state.sliceDoc(0, view.state.selection.main.head); },
    setKnown(json) { words = JSON.parse(json); },
    setFaults(json) {
      const diagnostics = JSON.parse(json).map(({ line, column, words: message, severity }) => {
        const { line: found, at } = place(line, column);
        const length = /^\S*/.exec(found.text.slice(at - found.from))[0].length || 1;
        return { from: at, to: Math.min(at + length, found.to), severity, message };
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    goTo(line, column) {
      const { at } = place(line, column);
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
      view.focus();
    },
    destroy() { view.destroy(); },
  };
}

globalThis.autoreportEditor = { mount };
