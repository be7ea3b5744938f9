namespace NodeManager.Core.Drain.Rules;

/// <summary>When a pod leaves, as against the others: the smaller one first.</summary>
/// <param name="Priority">Of the pod: what matters less goes first.</param>
/// <param name="Round">How many pods of the same owner go before it.</param>
internal readonly record struct DrainTurn(int Priority, int Round) : IComparable<DrainTurn>
{
    public int CompareTo(DrainTurn other) => (Priority, Round).CompareTo((other.Priority, other.Round));
}
