namespace NodeManager.Sandbox.Model.Ownership;

internal sealed class FieldSetBuilder
{
    private Dictionary<PathElement, (bool IsMember, FieldSetBuilder Below)>? _branches;
    private FieldSet _whole = FieldSet.Empty;

    /// <summary>The builder of an element's content. Creates the element, so call it only to add to it.</summary>
    public FieldSetBuilder Below(PathElement element)
    {
        _branches ??= [];
        if (_branches.TryGetValue(element, out (bool IsMember, FieldSetBuilder Below) known))
            return known.Below;
        var builder = new FieldSetBuilder();
        _branches[element] = (false, builder);
        return builder;
    }

    /// <summary>Adds an element with its content.</summary>
    public void Add(PathElement element, FieldSet whole)
    {
        FieldSetBuilder below = Below(element);
        below._whole = below._whole.Union(whole);
        _branches![element] = (true, below);
    }

    public void Add(PathElement element) => Add(element, FieldSet.Empty);

    public FieldSet Build()
    {
        if (_branches is null)
            return _whole;
        var branches = new List<FieldBranch>(_branches.Count);
        foreach ((PathElement element, (bool isMember, FieldSetBuilder below)) in _branches)
            branches.Add(new(element, isMember, below.Build()));
        return FieldSet.Of(branches).Union(_whole);
    }
}
