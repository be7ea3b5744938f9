namespace NodeManager.Sandbox.Model.Clock;

/// <summary>A timer, or work that is due, which the clock does not run ahead of.</summary>
internal abstract class ClockEntry : IComparable<ClockEntry>
{
    public DateTimeOffset Due { get; set; }

    /// <summary>Orders entries with the same due time.</summary>
    public long Sequence { get; set; }

    public int CompareTo(ClockEntry? other)
    {
        if (other is null)
            return 1;
        int byDue = Due.CompareTo(other.Due);
        return byDue != 0 ? byDue : Sequence.CompareTo(other.Sequence);
    }
}
