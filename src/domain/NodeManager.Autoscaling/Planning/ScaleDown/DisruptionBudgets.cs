using System.Globalization;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Autoscaling.Planning.ScaleDown;

/// <summary>How many nodes of a pool may be removed concurrently, by reason and schedule: the strictest active budget counts.</summary>
internal sealed class DisruptionBudgets
{
    private static readonly TimeSpan LookAhead = TimeSpan.FromDays(8);

    private readonly List<(NodeSmithBudget Budget, int Nodes, CronExpression? Schedule, TimeSpan Duration)> _budgets;
    private readonly DateTimeOffset _now;
    private readonly int _disrupted;
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);

    /// <param name="budgets">Null or empty: any number.</param>
    /// <param name="nodes">The number of the pool's nodes, the base of percentages, rounded up.</param>
    /// <param name="disrupted">How many of them are leaving or not Ready.</param>
    /// <param name="now">Determines the active schedules.</param>
    public DisruptionBudgets(IReadOnlyList<NodeSmithBudget>? budgets, int nodes, int disrupted, DateTimeOffset now)
    {
        _now = now;
        _disrupted = disrupted;
        _budgets =
        [
            .. (budgets ?? []).Select(budget =>
                (
                    budget,
                    Resolve(budget.Nodes, nodes),
                    budget.Schedule is null || budget.Duration is null ? null : CronExpression.Parse(budget.Schedule),
                    GoDuration.Parse(budget.Duration ?? "") ?? TimeSpan.Zero
                )
            ),
        ];
    }

    /// <summary>True if a node is disrupted, or a removal was used.</summary>
    public bool IsBusy => _disrupted + _taken.Values.Sum() > 0;

    /// <summary>Uses one removal for the reason, or returns the budget that refuses it.</summary>
    /// <param name="reason"><c>Empty</c>, <c>Underutilized</c>, <c>Drifted</c> or <c>Expired</c>.</param>
    public NodeSmithBudget? Take(string reason)
    {
        if (Find(reason) is { } refusing)
            return refusing;
        Count(reason);
        return null;
    }

    /// <summary>The budget that refuses a removal for the reason; null: none.</summary>
    public NodeSmithBudget? Find(string reason) => Rooms(reason).FirstOrDefault(static one => one.Room <= 0).Budget;

    /// <summary>How many removals for the reason are allowed now.</summary>
    public int Room(string reason) => Rooms(reason).Select(static one => Math.Max(0, one.Room)).DefaultIfEmpty(int.MaxValue).Min();

    /// <summary>Counts a removal that was decided before.</summary>
    public void Count(string reason) => _taken[reason] = _taken.GetValueOrDefault(reason) + 1;

    private IEnumerable<(NodeSmithBudget Budget, int Room)> Rooms(string reason)
    {
        foreach ((NodeSmithBudget budget, int nodes, CronExpression? schedule, TimeSpan duration) in _budgets)
        {
            if (!Concerns(budget, reason) || !IsInForce(budget, schedule, duration))
                continue;
            int taken = budget.Reasons is { Count: > 0 } reasons ? reasons.Sum(one => _taken.GetValueOrDefault(one)) : _taken.Values.Sum();
            yield return (budget, nodes - _disrupted - taken);
        }
    }

    /// <summary>The next start or end of a schedule.</summary>
    public DateTimeOffset? NextChange
    {
        get
        {
            IEnumerable<DateTimeOffset?> times = _budgets
                .Where(static one => one.Schedule is not null)
                .SelectMany(one => new[] { one.Schedule!.Next(_now, LookAhead), End(one.Schedule!, one.Duration) });
            return times.Where(static time => time is not null).Min();
        }
    }

    public static string TextOf(NodeSmithBudget budget) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"disruption budget of {budget.Nodes} nodes{(budget.Reasons is { Count: > 0 } reasons ? $" for {string.Join(", ", reasons)}" : "")}{(budget.Schedule is { } schedule ? $" during '{schedule}' for {budget.Duration}" : "")}"
        );

    internal static int Resolve(string nodes, int total)
    {
        try
        {
            return new IntOrString(nodes).Resolve(total, roundUp: true);
        }
        catch (FormatException)
        {
            // An invalid budget allows no removal.
            return 0;
        }
    }

    private static bool Concerns(NodeSmithBudget budget, string reason) =>
        budget.Reasons is not { Count: > 0 } reasons || reasons.Contains(reason);

    // An invalid schedule, or one without a duration, counts as active.
    private bool IsInForce(NodeSmithBudget budget, CronExpression? schedule, TimeSpan duration) =>
        budget.Schedule is null || schedule is null || schedule.HasWithin(_now, duration);

    private DateTimeOffset? End(CronExpression schedule, TimeSpan duration)
    {
        if (!schedule.HasWithin(_now, duration))
            return null;
        // The last start before now decides.
        DateTimeOffset start = _now.AddTicks(-(_now.UtcTicks % TimeSpan.TicksPerMinute));
        while (!schedule.Matches(start))
            start = start.AddMinutes(-1);
        return start + duration;
    }
}
