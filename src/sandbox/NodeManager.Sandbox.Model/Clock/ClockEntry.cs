namespace NodeManager.Sandbox.Model.Clock;

/// <summary>Something that the clock does not run away from: a timer, or work that is to be done at a moment.</summary>
internal abstract class ClockEntry : IComparable<ClockEntry>
{
    public DateTimeOffset Due { get; set; }

    /// <summary>Tells entries of the same moment apart.</summary>
    public long Sequence { get; set; }

    public int CompareTo(ClockEntry? other)
    {
        if (other is null)
            return 1;
        int byDue = Due.CompareTo(other.Due);
        return byDue != 0 ? byDue : Sequence.CompareTo(other.Sequence);
    }
}
