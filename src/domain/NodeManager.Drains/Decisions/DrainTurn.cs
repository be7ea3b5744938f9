namespace NodeManager.Drains.Decisions;

/// <summary>The place of a pod in the order of evictions, smallest first.</summary>
/// <param name="Round">The number of pods of the same owner that are evicted first.</param>
public readonly record struct DrainTurn(int Priority, int Round) : IComparable<DrainTurn>
{
    public int CompareTo(DrainTurn other) => (Priority, Round).CompareTo((other.Priority, other.Round));

    public static bool operator <(DrainTurn left, DrainTurn right) => left.CompareTo(right) < 0;

    public static bool operator <=(DrainTurn left, DrainTurn right) => left.CompareTo(right) <= 0;

    public static bool operator >(DrainTurn left, DrainTurn right) => left.CompareTo(right) > 0;

    public static bool operator >=(DrainTurn left, DrainTurn right) => left.CompareTo(right) >= 0;
}
