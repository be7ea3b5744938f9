using System.Buffers;
using System.Text;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>What patterns prepare from an object with markers. Thread-safe.</summary>
internal sealed class PatternModel
{
    private readonly byte[][] _marks;
    private readonly Lazy<TextPattern> _owners;
    private OwnerReference? _controller;
    private bool _hasController;

    /// <param name="marks">None is part of another.</param>
    public PatternModel(StoredObject model, IReadOnlyList<string> marks)
    {
        Object = model;
        Marks = [.. marks];
        _marks = [.. marks.Select(Encoding.UTF8.GetBytes)];
        _owners = new(() =>
        {
            var text = new ArrayBufferWriter<byte>(4096);
            model.Owners.WriteTo(text);
            return new(text.WrittenMemory, _marks);
        });
        Document = new(model.TailMemory, _marks);
        (Namespace, Name, Uid) = (Find(model.Namespace), Find(model.Name), Find(model.Uid));
        Fields = [.. Enumerable.Range(0, model.Kind.SelectableFields.Length).Select(index => Find(model.Field(index)))];
        Labels = (model.Labels ?? new Dictionary<string, string>()).ToDictionary(static pair => pair.Key, pair => Find(pair.Value));
        LabelSlots = [.. Labels.Values.Select(static text => text.Slot).Where(static slot => slot >= 0).Distinct()];
        HasLabelMarks = Labels.Values.Any(static text => text.Slot != PatternText.Constant);
        HasOwnerMarks = Array.Exists(model.OwnerUids, uid => Find(uid).Slot != PatternText.Constant);
    }

    public StoredObject Object { get; }

    public string[] Marks { get; }

    public TextPattern Document { get; }

    /// <summary>The written managedFields.</summary>
    public TextPattern Owners => _owners.Value;

    public PatternText Namespace { get; }

    public PatternText Name { get; }

    public PatternText Uid { get; }

    /// <summary>The selectable fields in their order.</summary>
    public PatternText[] Fields { get; }

    public Dictionary<string, PatternText> Labels { get; }

    /// <summary>The markers that are labels.</summary>
    public int[] LabelSlots { get; }

    public bool HasLabelMarks { get; }

    public bool HasOwnerMarks { get; }

    public OwnerReference? Controller(Func<StoredObject, OwnerReference?> read)
    {
        if (!Volatile.Read(ref _hasController))
        {
            _controller = read(Object.At(0));
            Volatile.Write(ref _hasController, true);
        }

        return _controller;
    }

    /// <summary>Replaces the first markers, as many as there are texts.</summary>
    public static string Replace(string text, string[] marks, string[] texts)
    {
        for (int i = 0; i < texts.Length; i++)
            text = text.Replace(marks[i], texts[i], StringComparison.Ordinal);
        return text;
    }

    private PatternText Find(string text)
    {
        int slot = Array.IndexOf(Marks, text);
        if (slot < 0 && Array.Exists(Marks, mark => text.Contains(mark, StringComparison.Ordinal)))
            slot = PatternText.Composed;
        return new(text, slot);
    }
}

/// <summary>A text of a pattern's model.</summary>
/// <param name="Slot">The number of the marker that it is, or <see cref="Constant"/> or <see cref="Composed"/>.</param>
internal readonly record struct PatternText(string OfModel, int Slot)
{
    public const int Constant = -1;

    /// <summary>Has markers as parts, which are the same for all objects of a pattern.</summary>
    public const int Composed = -2;
}
