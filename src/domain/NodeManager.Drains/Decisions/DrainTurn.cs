namespace NodeManager.Drains.Decisions;

/// <summary>The order in which pods are evicted: the smaller turn first.</summary>
/// <param name="Priority">Of the pod: what matters less goes first.</param>
/// <param name="Round">How many pods of the same owner go before it.</param>
public readonly record struct DrainTurn(int Priority, int Round) : IComparable<DrainTurn>
{
    public int CompareTo(DrainTurn other) => (Priority, Round).CompareTo((other.Priority, other.Round));

    public static bool operator <(DrainTurn left, DrainTurn right) => left.CompareTo(right) < 0;

    public static bool operator <=(DrainTurn left, DrainTurn right) => left.CompareTo(right) <= 0;

    public static bool operator >(DrainTurn left, DrainTurn right) => left.CompareTo(right) > 0;

    public static bool operator >=(DrainTurn left, DrainTurn right) => left.CompareTo(right) >= 0;
}
