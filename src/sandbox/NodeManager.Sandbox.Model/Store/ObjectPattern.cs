using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>
/// A template of objects that differ in a few texts, as the pods of a workload. Objects store these texts and compose their document on
/// demand. Thread-safe.
/// </summary>
internal sealed class ObjectPattern
{
    // Characters that JSON does not escape, one byte each.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:/"
    );

    [ThreadStatic]
    private static (ObjectPattern Of, TextPattern Text)? s_lastOwners;

    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);
    private readonly Func<StoredObject, IReadOnlyList<string>, KubernetesObject>? _read;
    private readonly TextPattern _document;
    private readonly string[] _marks;
    private readonly int[] _fieldSlots;
    private readonly int[] _labelSlots;
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> _labels = new(StringComparer.Ordinal);

    /// <param name="model">An object with markers in place of the varying texts.</param>
    /// <param name="marks">Each occurs in the document as a text or part of one; none is part of another.</param>
    /// <param name="read">Creates the typed model from the texts; null: it is deserialized.</param>
    public ObjectPattern(
        StoredObject model,
        IReadOnlyList<string> marks,
        Func<StoredObject, IReadOnlyList<string>, KubernetesObject>? read = null
    )
    {
        Model = model;
        _read = read;
        _marks = [.. marks];
        for (int i = 0; i < marks.Count; i++)
            _slots.Add(marks[i], i);
        _document = new(model.TailMemory, Encode(marks));
        _fieldSlots = [.. Enumerable.Range(0, model.Kind.SelectableFields.Length).Select(index => SlotOf(model.Field(index)))];
        _labelSlots =
        [
            .. (model.Labels ?? new Dictionary<string, string>()).Values.Select(SlotOf).Where(static slot => slot >= 0).Distinct(),
        ];
    }

    /// <summary>The object with markers, which is never stored.</summary>
    public StoredObject Model { get; }

    /// <param name="texts">In the order of the markers: letters, digits and <c>-._:/</c>.</param>
    public StoredObject Make(string[] texts)
    {
        if (texts.Length != _slots.Count)
            throw new ArgumentException($"The pattern takes {_slots.Count} texts, not {texts.Length}.", nameof(texts));
        foreach (string text in texts)
            if (text.AsSpan().ContainsAnyExcept(Plain))
                throw new ArgumentException($"'{text}' cannot be put into a document as it is.", nameof(texts));
        return new(this, texts);
    }

    internal string Text(string ofModel, string[] texts) => _slots.TryGetValue(ofModel, out int slot) ? texts[slot] : ofModel;

    internal string? Field(int index, string[] texts) => _fieldSlots[index] is >= 0 and var slot ? texts[slot] : Model.Field(index);

    /// <summary>Objects with the same labels share them.</summary>
    internal IReadOnlyDictionary<string, string>? Labels(string[] texts)
    {
        if (_labelSlots.Length == 0)
            return Model.Labels;
        string key = _labelSlots.Length == 1 ? texts[_labelSlots[0]] : string.Join(' ', _labelSlots.Select(slot => texts[slot]));
        return _labels.GetOrAdd(
            key,
            _ => Model.Labels!.ToDictionary(static pair => pair.Key, pair => Text(pair.Value, texts), StringComparer.Ordinal)
        );
    }

    /// <summary>The document; without a version, the part after it.</summary>
    internal byte[] Compose(string[] texts, long version)
    {
        int length = _document.Measure(texts);
        byte[] document = version == 0 ? new byte[length] : StoredDocument.Begin(version, length);
        _document.Write(texts, document.AsSpan(document.Length - length));
        return document;
    }

    /// <summary>The length of <see cref="Compose"/>.</summary>
    internal int Measure(string[] texts, long version) =>
        version == 0 ? _document.Measure(texts) : StoredDocument.Measure(version, _document.Measure(texts));

    /// <summary>Ownership: keys of list elements may be markers.</summary>
    internal ManagedFields Owners(string[] texts) =>
        ManagedFields.Of(
            Model.Owners.Entries.Select(entry => entry with { Fields = entry.Fields.Select(element => OwnElement(element, texts)) })
        );

    internal void WriteOwners(string[] texts, IBufferWriter<byte> into)
    {
        if (Model.Owners.IsEmpty)
            return;
        TextPattern owners = OwnersText();
        int length = owners.Measure(texts);
        owners.Write(texts, into.GetSpan(length)[..length]);
        into.Advance(length);
    }

    // A list has the objects of a pattern one after another.
    private TextPattern OwnersText()
    {
        if (s_lastOwners is { } last && ReferenceEquals(last.Of, this))
            return last.Text;
        var text = new ArrayBufferWriter<byte>(4096);
        Model.Owners.WriteTo(text);
        TextPattern owners = new(text.WrittenMemory, Encode(_marks));
        s_lastOwners = (this, owners);
        return owners;
    }

    private static byte[][] Encode(IEnumerable<string> marks) => [.. marks.Select(Encoding.UTF8.GetBytes)];

    internal KubernetesObject? Read(StoredObject item, string[] texts) => _read?.Invoke(item, texts);

    private int SlotOf(string text) => _slots.GetValueOrDefault(text, -1);

    private PathElement OwnElement(PathElement element, string[] texts)
    {
        string text = element.Text;
        for (int i = 0; i < _marks.Length; i++)
            text = text.Replace(_marks[i], texts[i], StringComparison.Ordinal);
        return ReferenceEquals(text, element.Text) ? element : PathElement.Parse($"{element.Kind}:{text}");
    }
}
