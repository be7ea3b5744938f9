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

    private readonly Func<StoredObject, IReadOnlyList<string>, KubernetesObject>? _read;
    private readonly Func<string[], string[]>? _complete;
    private readonly TextPattern _document;
    private readonly string[] _marks;
    private readonly int[] _fieldSlots;
    private readonly int[] _labelSlots;
    private OwnerReference? _controller;
    private bool _hasController;
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> _labels = new(1, 1, StringComparer.Ordinal);

    /// <param name="model">An object with markers in place of the varying texts.</param>
    /// <param name="marks">Each occurs in the document as a text or part of one; none is part of another.</param>
    /// <param name="read">Creates the typed model from the texts; null: it is deserialized.</param>
    /// <param name="complete">Appends texts of the document that are computed from the stored ones; null for none.</param>
    public ObjectPattern(
        StoredObject model,
        IReadOnlyList<string> marks,
        Func<StoredObject, IReadOnlyList<string>, KubernetesObject>? read = null,
        Func<string[], string[]>? complete = null
    )
    {
        Model = model;
        _read = read;
        _complete = complete;
        _marks = [.. marks];
        _document = new(model.TailMemory, Encode(marks));
        _fieldSlots = [.. Enumerable.Range(0, model.Kind.SelectableFields.Length).Select(index => SlotOf(model.Field(index)))];
        _labelSlots =
        [
            .. (model.Labels ?? new Dictionary<string, string>()).Values.Select(SlotOf).Where(static slot => slot >= 0).Distinct(),
        ];
    }

    /// <summary>The controller of all objects of the pattern, read once.</summary>
    public OwnerReference? Controller(Func<StoredObject, OwnerReference?> read)
    {
        if (!Volatile.Read(ref _hasController))
        {
            _controller = read(Model.At(0));
            Volatile.Write(ref _hasController, true);
        }

        return _controller;
    }

    /// <summary>The object with markers, which is never stored.</summary>
    public StoredObject Model { get; }

    /// <param name="texts">In the order of the markers, without computed ones: letters, digits and <c>-._:/</c>.</param>
    public StoredObject Make(string[] texts)
    {
        string[] all = Complete(texts);
        if (all.Length != _marks.Length)
            throw new ArgumentException($"The pattern takes {_marks.Length} texts, not {all.Length}.", nameof(texts));
        foreach (string text in all)
            if (text.AsSpan().ContainsAnyExcept(Plain))
                throw new ArgumentException($"'{text}' cannot be put into a document as it is.", nameof(texts));
        return new(this, texts);
    }

    internal string Text(string ofModel, string[] texts) => SlotOf(ofModel) is >= 0 and var slot ? texts[slot] : ofModel;

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
        texts = Complete(texts);
        int length = _document.Measure(texts);
        byte[] document = version == 0 ? new byte[length] : StoredDocument.Begin(version, length);
        _document.Write(texts, document.AsSpan(document.Length - length));
        return document;
    }

    /// <summary>The length of <see cref="Compose"/>.</summary>
    internal int Measure(string[] texts, long version)
    {
        int length = _document.Measure(Complete(texts));
        return version == 0 ? length : StoredDocument.Measure(version, length);
    }

    /// <summary>Ownership: keys of list elements may be markers.</summary>
    internal ManagedFields Owners(string[] texts)
    {
        string[] all = Complete(texts);
        return ManagedFields.Of(
            Model.Owners.Entries.Select(entry => entry with { Fields = entry.Fields.Select(element => OwnElement(element, all)) })
        );
    }

    internal void WriteOwners(string[] texts, IBufferWriter<byte> into)
    {
        if (Model.Owners.IsEmpty)
            return;
        TextPattern owners = OwnersText();
        texts = Complete(texts);
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

    private string[] Complete(string[] texts) => _complete?.Invoke(texts) ?? texts;

    private int SlotOf(string text) => Array.IndexOf(_marks, text);

    private PathElement OwnElement(PathElement element, string[] texts)
    {
        string text = element.Text;
        for (int i = 0; i < _marks.Length; i++)
            text = text.Replace(_marks[i], texts[i], StringComparison.Ordinal);
        return ReferenceEquals(text, element.Text) ? element : PathElement.Parse($"{element.Kind}:{text}");
    }
}
