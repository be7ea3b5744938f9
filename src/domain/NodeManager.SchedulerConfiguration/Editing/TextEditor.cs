using NodeManager.SchedulerConfigurations.Documents;
using YamlDotNet.Core;
using Map = System.Collections.Generic.OrderedDictionary<string, object?>;

namespace NodeManager.SchedulerConfigurations.Editing;

/// <summary>Applies an edit to a document's text by splices: the rest stays unchanged, character for character.</summary>
internal sealed class TextEditor
{
    private readonly SchedulerDocument _document;
    private readonly YamlStyle _style;
    private readonly string _text;

    private TextEditor(SchedulerDocument document)
    {
        _document = document;
        _text = document.Text;
        _style = YamlStyle.Of(document);
    }

    /// <summary>The text after the edit.</summary>
    public static string Apply(SchedulerDocument document, YamlEdit edit)
    {
        var editor = new TextEditor(document);
        return edit switch
        {
            SetValue set => editor.Set(set.Path, set.Value),
            InsertItem insert => editor.Insert(insert),
            RemoveValue remove => editor.Remove(remove.Path),
            MoveItem move => editor.Move(move),
            _ => throw new ArgumentOutOfRangeException(nameof(edit)),
        };
    }

    private string Splice(int start, int end, string replacement) => string.Concat(_text.AsSpan(0, start), replacement, _text.AsSpan(end));

    /// <summary>
    /// The node written at a path. A node from an alias or a merge belongs to its anchor, where a change would apply elsewhere too.
    /// </summary>
    private YamlNode? Written(YamlPath path)
    {
        var node = _document.Root;
        var walked = YamlPath.Root;
        foreach (var step in path.Steps)
        {
            if (step is string key)
            {
                walked = walked.Key(key);
                var entries = node.Entries.Where(entry => entry.Name == key && !entry.IsMerge).ToList();
                if (entries.Count > 1)
                    throw Refused($"the field {walked} is written {entries.Count} times", "Remove all but one of them first.");
                if (entries.Count == 0 && walked.Count < path.Count && node.Value(key) is not null)
                    throw Refused(
                        $"{walked} comes from a merge key (<<)",
                        "Write the field out in that place first, or change the anchor."
                    );
                if (entries.Count == 0)
                    return null;
                node = entries[0].Value;
            }
            else
            {
                walked = walked.Item((int)step);
                if (node.Items.ElementAtOrDefault((int)step) is not { } item)
                    return null;
                node = item;
            }

            if (node.Kind == YamlNodeKind.Alias)
                throw Refused(
                    $"{walked} is the alias *{node.Text}",
                    $"Change the value at its anchor &{node.Text}, or write it out in place of the alias."
                );
        }

        return node;
    }

    private NodeManagerException Refused(string reason, string action) =>
        new(ErrorIds.SchedulerEditRefused, ErrorKind.InvalidOperation, $"The text cannot be changed there: {reason}.", _document, action);

    /// <summary>JSON style: the keys are in double quotes.</summary>
    private bool Quotes(YamlNode container) =>
        (container.Entries.Count > 0 ? container.Entries[0].Key : _document.Root.Entries[0].Key).Style == ScalarStyle.DoubleQuoted;

    private string Set(YamlPath path, object? value)
    {
        var parentPath = path.Parent;
        var parent = Written(parentPath);
        if (parent is null || parent.IsNull)
            return Set(parentPath, path.Last is string name ? new Map { [name] = value } : new List<object?> { value });
        if (path.Last is string key)
        {
            if (parent.Kind != YamlNodeKind.Mapping)
                throw Refused($"{parentPath} is not a mapping", "Change it to a mapping first.");
            return Written(path) is { } old ? Replace(parent, key, old, value) : AddEntry(parent, key, value);
        }

        if (parent.Kind != YamlNodeKind.Sequence)
            throw Refused($"{parentPath} is not a list", "Change it to a list first.");
        var index = (int)path.Last;
        if (index >= parent.Items.Count)
            return InsertInto(parent, index, value);
        var item = parent.Items[index];
        return parent.IsFlow || IsLeaf(value)
            ? Splice(item.ContentStart, item.End, YamlWriter.Flow(value, Quotes(item)))
            : Splice(Dash(parent, index), item.End, YamlWriter.Item(value, TextLines.Column(_text, Dash(parent, index)), _style));
    }

    private static bool IsLeaf(object? value) => value is not (Map { Count: > 0 } or List<object?> { Count: > 0 });

    private string Replace(YamlNode parent, string key, YamlNode old, object? value)
    {
        var entry = parent.Entry(key)!;
        var column = TextLines.Column(_text, entry.Key.Start);
        if (old.IsAbsent && !parent.IsFlow && !IsLeaf(value))
        {
            // After the line, so that a comment beside the key stays there.
            var written = YamlWriter.Entry(key, value, column, _style);
            var end = TextLines.LineEnd(_text, entry.Key.End);
            return Splice(end, end, written[written.IndexOf('\n', StringComparison.Ordinal)..].Insert(0, _style.LineBreak[..^1]));
        }

        if (old.IsAbsent)
            return Splice(old.Start, old.End, (_text[old.Start - 1] == ' ' ? "" : " ") + YamlWriter.Flow(value, Quotes(parent)));
        if (
            parent.IsFlow
            || old.IsFlow
            || IsLeaf(value) && old.Kind == YamlNodeKind.Scalar && old.Style is not (ScalarStyle.Literal or ScalarStyle.Folded)
        )
            return Splice(
                old.ContentStart,
                old.End,
                value is string plain && old.Style == ScalarStyle.DoubleQuoted
                    ? YamlScalar.Write(plain, quoted: true)
                    : YamlWriter.Flow(value, Quotes(parent))
            );
        if (old.Kind == YamlNodeKind.Scalar && old.Style is not (ScalarStyle.Literal or ScalarStyle.Folded))
            return Splice(old.ContentStart, old.End, YamlWriter.Flow(value, quoted: false));
        if (old.Anchor is not null)
            throw Refused($"{key} has the anchor &{old.Anchor}", "Change its parts, or remove the anchor first.");
        var whole = YamlWriter.Entry(key, value, column, _style);
        // The key's line stays, with its comment.
        return !IsLeaf(value) && old.Kind != YamlNodeKind.Scalar && TextLines.IsFirstInLine(_text, old.ContentStart)
            ? Splice(TextLines.LineStart(_text, old.ContentStart), old.End, whole[(whole.IndexOf('\n', StringComparison.Ordinal) + 1)..])
            : Splice(entry.Key.Start, old.End, whole);
    }

    private string AddEntry(YamlNode mapping, string key, object? value)
    {
        if (mapping.IsFlow)
            return AddToFlow(
                mapping,
                [.. mapping.Entries.Select(entry => (entry.Key.Start, entry.Value.End))],
                mapping.Entries.Count,
                YamlScalar.Write(key, Quotes(mapping)) + ": " + YamlWriter.Flow(value, Quotes(mapping))
            );
        var column = TextLines.Column(_text, mapping.Entries[0].Key.Start);
        return AddLines(mapping.End, column, YamlWriter.Entry(key, value, column, _style));
    }

    private string AddLines(int behind, int column, string written)
    {
        var end = TextLines.LineEnd(_text, behind);
        return Splice(end, end, _style.LineBreak + new string(' ', column) + written);
    }

    private string Insert(InsertItem insert)
    {
        var list = Written(insert.Path);
        if (list is null || list.IsNull)
            return Set(insert.Path, new List<object?> { insert.Value });
        if (list.Kind != YamlNodeKind.Sequence)
            throw Refused($"{insert.Path} is not a list", "Change it to a list first.");
        return InsertInto(list, insert.Index, insert.Value);
    }

    private string InsertInto(YamlNode list, int index, object? value)
    {
        if (list.IsFlow)
        {
            var model = list.Items.Count > 0 ? list.Items[0] : _document.Root;
            return AddToFlow(list, [.. list.Items.Select(item => (item.Start, item.End))], index, YamlWriter.Flow(value, Quotes(model)));
        }

        var column = TextLines.Column(_text, Dash(list, 0));
        var written = YamlWriter.Item(value, column, _style);
        if (index >= list.Items.Count)
            return AddLines(list.End, column, written);
        var dash = Dash(list, index);
        return Splice(dash, dash, written + _style.LineBreak + new string(' ', column));
    }

    private string AddToFlow(YamlNode container, IReadOnlyList<(int Start, int End)> members, int index, string written)
    {
        if (members.Count == 0)
            return Splice(container.ContentStart + 1, container.ContentStart + 1, written);
        var near = members[Math.Min(index, members.Count - 1)];
        var lineStart = TextLines.LineStart(_text, near.Start);
        var between =
            TextLines.IsFirstInLine(_text, near.Start) && lineStart > container.Start
                ? "," + _style.LineBreak + _text[lineStart..near.Start]
                : ", ";
        return index < members.Count ? Splice(near.Start, near.Start, written + between) : Splice(near.End, near.End, between + written);
    }

    private string Remove(YamlPath path)
    {
        var container = Written(path.Parent);
        if (container is null || Written(path) is null)
            throw Refused($"{path} no longer exists", "Read the configuration again.");
        var alone = container.Entries.Count + container.Items.Count == 1;
        if (alone && path.Count > 1 && path.Parent.Last is string)
            return Remove(path.Parent);
        if (alone)
            return Splice(container.ContentStart, container.End, container.Kind == YamlNodeKind.Mapping ? "{}" : "[]");
        var index = path.Last is string key ? container.Entries.ToList().FindIndex(entry => entry.Name == key) : (int)path.Last;
        return container.IsFlow ? RemoveFromFlow(Members(container), index) : RemoveLines(container, index);
    }

    /// <summary>Each item from its dash, each entry from its key, to the end of its value.</summary>
    private List<(int Start, int End)> Members(YamlNode container)
    {
        if (container.Kind == YamlNodeKind.Mapping)
            return [.. container.Entries.Select(entry => (entry.Key.Start, Math.Max(entry.Key.End, entry.Value.End)))];
        return [.. container.Items.Select((item, index) => (container.IsFlow ? item.Start : Dash(container, index), item.End))];
    }

    private string RemoveFromFlow(List<(int Start, int End)> members, int index) =>
        index + 1 < members.Count
            ? Splice(members[index].Start, members[index + 1].Start, "")
            : Splice(members[index - 1].End, members[index].End, "");

    private string RemoveLines(YamlNode container, int index)
    {
        var (start, end) = Members(container)[index];
        var next = TextLines.NextLine(_text, end);
        if (!TextLines.IsFirstInLine(_text, start))
        {
            // It shares its line with its dash: the next line takes its place.
            while (next < _text.Length && _text[next] == ' ')
                next++;
            return Splice(start, next, "");
        }

        var line = TextLines.LineStart(_text, start);
        if (line == 0 && _text.StartsWith('\uFEFF'))
            line = 1;
        // A last block scalar then needs the line break, which is part of its value.
        var endsOpen = next == _text.Length && !_text.EndsWith('\n') && !EndsInBlockScalar(container, index - 1);
        return endsOpen ? Splice(TextLines.BeforeLineBreak(_text, line), next, "") : Splice(line, next, "");
    }

    private static bool EndsInBlockScalar(YamlNode container, int index)
    {
        var node = container.Kind == YamlNodeKind.Mapping ? container.Entries[index].Value : container.Items[index];
        while (node.Entries.Count + node.Items.Count > 0)
            node = node.Kind == YamlNodeKind.Mapping ? node.Entries[^1].Value : node.Items[^1];
        return node.Style is ScalarStyle.Literal or ScalarStyle.Folded;
    }

    private string Move(MoveItem move)
    {
        var list = Written(move.Path);
        if (list is not { Kind: YamlNodeKind.Sequence })
            throw Refused($"{move.Path} is not a list", "Read the configuration again.");
        var slots = Members(list);
        if (!list.IsFlow)
            slots = [.. slots.Select(slot => (slot.Start, TextLines.LineEnd(_text, slot.End)))];
        var order = Enumerable.Range(0, slots.Count).ToList();
        order.RemoveAt(move.From);
        order.Insert(move.To, move.From);
        var moved = _text;
        for (var index = slots.Count - 1; index >= 0; index--)
        {
            var (start, end) = slots[order[index]];
            moved = string.Concat(moved.AsSpan(0, slots[index].Start), _text.AsSpan(start, end - start), moved.AsSpan(slots[index].End));
        }

        return moved;
    }

    /// <summary>The position of a block list item's dash.</summary>
    private int Dash(YamlNode list, int index)
    {
        if (index == 0)
            return list.ContentStart;
        var column = TextLines.Column(_text, list.ContentStart);
        for (var line = TextLines.NextLine(_text, list.Items[index - 1].End); line < _text.Length; line = TextLines.NextLine(_text, line))
        {
            var end = TextLines.LineEnd(_text, line);
            if (end - line > column && _text[line + column] == '-' && _text.AsSpan(line, column).IsWhiteSpace())
                return line + column;
        }

        throw Refused("the layout of a list is not supported", "Write each item on a line of its own.");
    }
}
