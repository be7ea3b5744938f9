namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>
/// A set of fields as a tree of path elements. Immutable; equal branches are interned, so that thousands of objects of one shape share a
/// set.
/// </summary>
internal sealed class FieldSet : IEquatable<FieldSet>
{
    private const int SharedSize = 1 << 14;

    private static readonly FieldSet?[] Shared = new FieldSet?[SharedSize];

    private readonly FieldBranch[] _branches;
    private readonly int _hash;

    private FieldSet(FieldBranch[] branches, int hash)
    {
        _branches = branches;
        _hash = hash;
    }

    public static FieldSet Empty { get; } = new([], 0);

    public bool IsEmpty => _branches.Length == 0;

    /// <summary>Sorted by element.</summary>
    public ReadOnlySpan<FieldBranch> Branches => _branches;

    /// <param name="branches">In any order, without duplicates; empty ones are dropped.</param>
    public static FieldSet Of(List<FieldBranch> branches)
    {
        branches.RemoveAll(static branch => !branch.IsMember && branch.Below.IsEmpty);
        if (branches.Count == 0)
            return Empty;
        branches.Sort(static (left, right) => left.Element.CompareTo(right.Element));
        int hash = 0;
        foreach (FieldBranch branch in branches)
            hash = HashCode.Combine(hash, branch.Element, branch.IsMember, branch.Below._hash);
        ref FieldSet? slot = ref Shared[hash & (SharedSize - 1)];
        FieldSet? known = Volatile.Read(ref slot);
        if (known is not null && known.Holds(branches, hash))
            return known;
        var created = new FieldSet([.. branches], hash);
        Volatile.Write(ref slot, created);
        return created;
    }

    public FieldSet Below(PathElement element) => Find(element) is >= 0 and var index ? _branches[index].Below : Empty;

    public bool Has(PathElement element) => Find(element) is >= 0 and var index && _branches[index].IsMember;

    public FieldSet Union(FieldSet other)
    {
        if (ReferenceEquals(this, other) || other.IsEmpty)
            return this;
        return IsEmpty ? other : Merge(other, static (left, right) => left || right, static (left, right) => left.Union(right));
    }

    public FieldSet Intersection(FieldSet other)
    {
        if (ReferenceEquals(this, other))
            return this;
        return IsEmpty || other.IsEmpty
            ? Empty
            : Merge(other, static (left, right) => left && right, static (left, right) => left.Intersection(right));
    }

    /// <summary>Without the other set's members; nested fields stay unless they are members themselves.</summary>
    public FieldSet Difference(FieldSet other)
    {
        if (ReferenceEquals(this, other))
            return Empty;
        return IsEmpty || other.IsEmpty
            ? this
            : Merge(other, static (left, right) => left && !right, static (left, right) => left.Difference(right));
    }

    /// <summary>The same fields with mapped path elements.</summary>
    public FieldSet Select(Func<PathElement, PathElement> step)
    {
        var selected = new List<FieldBranch>(_branches.Length);
        bool isSame = true;
        foreach (FieldBranch branch in _branches)
        {
            FieldBranch own = new(step(branch.Element), branch.IsMember, branch.Below.Select(step));
            isSame &= ReferenceEquals(own.Element, branch.Element) && ReferenceEquals(own.Below, branch.Below);
            selected.Add(own);
        }

        return isSame ? this : Of(selected);
    }

    /// <summary>The matching branches with their content.</summary>
    public FieldSet Where(Func<PathElement, bool> condition) => Of([.. _branches.Where(branch => condition(branch.Element))]);

    /// <summary>All paths as text, parents before their content: <c>.spec.containers[name="web"].image</c>.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        foreach (FieldBranch branch in _branches)
            if (branch.IsMember)
                yield return prefix + branch.Element;
        foreach (FieldBranch branch in _branches)
        {
            foreach (string path in branch.Below.Paths(prefix + branch.Element))
                yield return path;
        }
    }

    public bool Equals(FieldSet? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        return other is not null && _hash == other._hash && Holds(other._branches, other._hash);
    }

    public override bool Equals(object? obj) => Equals(obj as FieldSet);

    public override int GetHashCode() => _hash;

    private bool Holds(IReadOnlyList<FieldBranch> branches, int hash)
    {
        if (hash != _hash || branches.Count != _branches.Length)
            return false;
        for (int i = 0; i < _branches.Length; i++)
        {
            FieldBranch mine = _branches[i],
                other = branches[i];
            if (mine.IsMember != other.IsMember || !mine.Element.Equals(other.Element) || !mine.Below.Equals(other.Below))
                return false;
        }

        return true;
    }

    private int Find(PathElement element)
    {
        int low = 0,
            high = _branches.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2,
                order = _branches[middle].Element.CompareTo(element);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return -1;
    }

    private FieldSet Merge(FieldSet other, Func<bool, bool, bool> isMember, Func<FieldSet, FieldSet, FieldSet> below)
    {
        var result = new List<FieldBranch>(_branches.Length);
        int left = 0,
            right = 0;
        while (left < _branches.Length || right < other._branches.Length)
        {
            int order =
                left == _branches.Length ? 1
                : right == other._branches.Length ? -1
                : _branches[left].Element.CompareTo(other._branches[right].Element);
            FieldBranch mine = order <= 0 ? _branches[left++] : new(other._branches[right].Element, false, Empty);
            FieldBranch its = order >= 0 ? other._branches[right++] : new(mine.Element, false, Empty);
            result.Add(new(mine.Element, isMember(mine.IsMember, its.IsMember), below(mine.Below, its.Below)));
        }

        return Of(result);
    }
}
