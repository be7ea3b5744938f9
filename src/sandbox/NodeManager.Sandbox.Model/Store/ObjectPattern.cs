using System.Buffers;
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

    // More than a cluster has zones.
    private const int MaximumLabelSets = 8;

    private readonly PatternModel _model;
    private readonly Func<StoredObject, IReadOnlyList<string>, KubernetesObject>? _read;
    private readonly Func<string[], string[]>? _complete;

    // Texts of all objects of this pattern, before their own.
    private readonly string[] _bound;
    private readonly string[] _ownerUids;
    private readonly IReadOnlyDictionary<string, string>? _sameLabels;
    private readonly bool _hasOwnLabels;
    private LabelSet? _labels;
    private OwnerReference? _controller;
    private bool _hasController;

    /// <param name="model">An object with markers in place of the varying texts.</param>
    /// <param name="marks">Each occurs in the document as a text or part of one; none is part of another.</param>
    /// <param name="read">Creates the typed model from the texts; null: it is deserialized.</param>
    /// <param name="complete">Returns texts of the document that are computed from an object's own ones; null for none.</param>
    public ObjectPattern(
        StoredObject model,
        IReadOnlyList<string> marks,
        Func<StoredObject, IReadOnlyList<string>, KubernetesObject>? read = null,
        Func<string[], string[]>? complete = null
    )
        : this(new PatternModel(model, marks), [], read, complete) { }

    private ObjectPattern(
        PatternModel model,
        string[] bound,
        Func<StoredObject, IReadOnlyList<string>, KubernetesObject>? read,
        Func<string[], string[]>? complete
    )
    {
        (_model, _bound, _read, _complete) = (model, bound, read, complete);
        _ownerUids = model.HasOwnerMarks ? [.. Model.OwnerUids.Select(Fill)] : Model.OwnerUids;
        _hasOwnLabels = Array.Exists(model.LabelSlots, slot => slot >= bound.Length);
        if (!_hasOwnLabels)
            _sameLabels = model.HasLabelMarks ? LabelsOf([]) : Model.Labels;
    }

    /// <summary>
    /// The pattern of objects with the same first texts, such as the pods of one workload. It shares what was prepared from the model.
    /// </summary>
    /// <param name="texts">In the order of the markers, which precede those of an object's own texts.</param>
    public ObjectPattern Bind(
        string[] texts,
        Func<StoredObject, IReadOnlyList<string>, KubernetesObject>? read = null,
        Func<string[], string[]>? complete = null
    )
    {
        Check(texts);
        return new(_model, texts, read, complete);
    }

    /// <summary>The object with markers, which is never stored.</summary>
    public StoredObject Model => _model.Object;

    public string[] OwnerUids => _ownerUids;

    /// <summary>The controller of all objects of the pattern, read once.</summary>
    public OwnerReference? Controller(Func<StoredObject, OwnerReference?> read)
    {
        if (!Volatile.Read(ref _hasController))
        {
            OwnerReference? ofModel = _model.Controller(read);
            _controller = ofModel is not null && _model.HasOwnerMarks ? Filled(ofModel) : ofModel;
            Volatile.Write(ref _hasController, true);
        }

        return _controller;
    }

    private OwnerReference Filled(OwnerReference of) =>
        new()
        {
            ApiVersion = of.ApiVersion,
            Kind = of.Kind,
            Name = Fill(of.Name),
            Uid = Fill(of.Uid),
            Controller = of.Controller,
            BlockOwnerDeletion = of.BlockOwnerDeletion,
        };

    /// <param name="texts">An object's own, in the order of the markers: letters, digits and <c>-._:/</c>.</param>
    public StoredObject Make(string[] texts)
    {
        string[] all = Complete(texts);
        if (all.Length != _model.Marks.Length)
            throw new ArgumentException($"The pattern takes {_model.Marks.Length} texts, not {all.Length}.", nameof(texts));
        Check(texts);
        return new PatternObject(this, texts);
    }

    private static void Check(string[] texts)
    {
        foreach (string text in texts)
            if (text.AsSpan().ContainsAnyExcept(Plain))
                throw new ArgumentException($"'{text}' cannot be put into a document as it is.", nameof(texts));
    }

    internal string Text(PatternText text, string[] texts) =>
        text.Slot switch
        {
            PatternText.Constant => text.OfModel,
            PatternText.Composed => Fill(text.OfModel),
            var slot when slot < _bound.Length => _bound[slot],
            var slot => texts[slot - _bound.Length],
        };

    internal string Namespace(string[] texts) => Text(_model.Namespace, texts);

    internal string Name(string[] texts) => Text(_model.Name, texts);

    internal string Uid(string[] texts) => Text(_model.Uid, texts);

    internal string Field(int index, string[] texts) => Text(_model.Fields[index], texts);

    /// <summary>Objects with the same labels share them, unless there are many different ones.</summary>
    internal IReadOnlyDictionary<string, string>? Labels(string[] texts)
    {
        if (!_hasOwnLabels)
            return _sameLabels;
        string key = "";
        foreach (int slot in _model.LabelSlots)
            if (slot >= _bound.Length)
                key = key.Length == 0 ? texts[slot - _bound.Length] : $"{key} {texts[slot - _bound.Length]}";
        LabelSet? latest = Volatile.Read(ref _labels);
        for (LabelSet? known = latest; known is not null; known = known.Next)
            if (known.Key == key)
                return known.Labels;
        Dictionary<string, string> labels = LabelsOf(texts);
        Volatile.Write(ref _labels, new(key, labels, latest?.Count == MaximumLabelSets ? null : latest));
        return labels;
    }

    private Dictionary<string, string> LabelsOf(string[] texts) =>
        _model.Labels.ToDictionary(static pair => pair.Key, pair => Text(pair.Value, texts), StringComparer.Ordinal);

    /// <summary>The document; without a version, the part after it.</summary>
    internal byte[] Compose(string[] texts, long version)
    {
        texts = Complete(texts);
        int length = _model.Document.Measure(texts);
        byte[] document = version == 0 ? new byte[length] : StoredDocument.Begin(version, length);
        _model.Document.Write(texts, document.AsSpan(document.Length - length));
        return document;
    }

    /// <summary>The length of <see cref="Compose"/>.</summary>
    internal int Measure(string[] texts, long version)
    {
        int length = _model.Document.Measure(Complete(texts));
        return version == 0 ? length : StoredDocument.Measure(version, length);
    }

    /// <summary>Equals the document without a version.</summary>
    internal bool Is(ReadOnlySpan<byte> written, string[] texts) => _model.Document.Is(written, Complete(texts));

    /// <summary>Ownership: keys of list elements and times may be markers.</summary>
    internal ManagedFields Owners(string[] texts)
    {
        string[] all = Complete(texts);
        return ManagedFields.Of(
            Model.Owners.Entries.Select(entry =>
                entry with
                {
                    Time = entry.Time is null ? null : PatternModel.Replace(entry.Time, _model.Marks, all),
                    Fields = entry.Fields.Select(element => OwnElement(element, all)),
                }
            )
        );
    }

    internal void WriteOwners(string[] texts, IBufferWriter<byte> into)
    {
        if (Model.Owners.IsEmpty)
            return;
        texts = Complete(texts);
        int length = _model.Owners.Measure(texts);
        _model.Owners.Write(texts, into.GetSpan(length)[..length]);
        into.Advance(length);
    }

    internal KubernetesObject? Read(StoredObject item, string[] texts) => _read?.Invoke(item, texts);

    /// <summary>A text of the model with the markers replaced that are the same for all objects.</summary>
    public string Fill(string ofModel) => PatternModel.Replace(ofModel, _model.Marks, _bound);

    private string[] Complete(string[] texts)
    {
        if (_complete is not null)
            return [.. _bound, .. texts, .. _complete(texts)];
        return texts.Length == 0 ? _bound
            : _bound.Length == 0 ? texts
            : [.. _bound, .. texts];
    }

    private PathElement OwnElement(PathElement element, string[] texts)
    {
        string text = PatternModel.Replace(element.Text, _model.Marks, texts);
        return ReferenceEquals(text, element.Text) ? element : PathElement.Parse($"{element.Kind}:{text}");
    }

    // A list: pods of a workload have as many labels as there are zones.
    private sealed class LabelSet(string key, IReadOnlyDictionary<string, string> labels, LabelSet? next)
    {
        public string Key { get; } = key;

        public IReadOnlyDictionary<string, string> Labels { get; } = labels;

        public LabelSet? Next { get; } = next;

        public int Count { get; } = (next?.Count ?? 0) + 1;
    }
}
