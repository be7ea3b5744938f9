namespace NodeManager.Sandbox.Ownership;

/// <summary>Gathers a set while a document is walked.</summary>
internal sealed class FieldSetBuilder
{
    private Dictionary<PathElement, (bool IsMember, FieldSetBuilder Below)>? _branches;

    public bool IsEmpty => _branches is null;

    /// <summary>What is below an element; take it only to add to it.</summary>
    public FieldSetBuilder Below(PathElement element)
    {
        _branches ??= [];
        if (_branches.TryGetValue(element, out (bool IsMember, FieldSetBuilder Below) known)) return known.Below;
        var made = new FieldSetBuilder();
        _branches[element] = (false, made);
        return made;
    }

    public void Add(PathElement element)
    {
        FieldSetBuilder below = Below(element);
        _branches![element] = (true, below);
    }

    public FieldSet Build()
    {
        if (_branches is null) return FieldSet.Empty;
        var branches = new List<FieldBranch>(_branches.Count);
        foreach ((PathElement element, (bool isMember, FieldSetBuilder below)) in _branches) branches.Add(new(element, isMember, below.Build()));
        return FieldSet.Of(branches);
    }
}
