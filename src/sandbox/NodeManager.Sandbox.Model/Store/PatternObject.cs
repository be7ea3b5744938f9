using System.Buffers;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>An object of a pattern: it stores its own texts, and composes the rest on demand.</summary>
internal sealed class PatternObject : StoredObject
{
    private readonly ObjectPattern _pattern;
    private readonly string[] _texts;

    /// <summary>See <see cref="ObjectPattern.Make"/>.</summary>
    internal PatternObject(ObjectPattern pattern, string[] texts)
        : base(pattern.Namespace(texts), pattern.Name(texts), pattern.Uid(texts), pattern.Labels(texts))
    {
        _pattern = pattern;
        _texts = texts;
    }

    private PatternObject(PatternObject like, long version, StoredObject? before)
        : base(like, version, before)
    {
        _pattern = like._pattern;
        _texts = like._texts;
    }

    public override ResourceKind Kind => _pattern.Model.Kind;

    public override string[] OwnerUids => _pattern.OwnerUids;

    public override bool IsDeleting => _pattern.Model.IsDeleting;

    public override int JsonLength => _pattern.Measure(_texts, Version);

    public override ObjectPattern Pattern => _pattern;

    public override ManagedFields Owners => _pattern.Owners(_texts);

    public override bool HasNoOwners => _pattern.Model.HasNoOwners;

    private protected override byte[] Document => _pattern.Compose(_texts, Version);

    internal override string Field(int index) => _pattern.Field(index, _texts);

    public override void WriteOwners(IBufferWriter<byte> into) => _pattern.WriteOwners(_texts, into);

    internal override StoredObject At(long version, StoredObject? before = null) => new PatternObject(this, version, before);

    private protected override bool IsTail(ReadOnlySpan<byte> written) => _pattern.Is(written, _texts);

    private protected override KubernetesObject? ComposeModel() => _pattern.Read(this, _texts);
}
