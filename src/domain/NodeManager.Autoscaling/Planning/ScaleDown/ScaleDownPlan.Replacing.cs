using System.Globalization;
using NodeManager.Autoscaling.Planning.ScaleUp;
using NodeManager.Kubernetes.Timing;
using NodeManager.Recommendations.Decisions;
using NodeManager.Scheduling.Packing;

namespace NodeManager.Autoscaling.Planning.ScaleDown;

// Nodes that are outdated, too old or too expensive, and the machines that replace them.
internal sealed partial class ScaleDownPlan
{
    /// <summary>The minimum saving of a replacement, as a share of the price: less is not worth moving pods.</summary>
    public const decimal WorthwhileSaving = 0.05m;

    private const int MaximumTogether = 50;
    private const int MaximumSearches = 100;

    private readonly List<Option> _options = [];
    private readonly Dictionary<string, DisruptionBudgets> _budgets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _staying = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _templates = new(StringComparer.Ordinal);

    /// <summary>True if a machine of the pool is replaced by a cheaper one.</summary>
    private bool ReplacesByPrice(PoolState pool) =>
        Shares is null
        && pool.Pool.Spec is { Price: not null, ScaleDown.Consolidation: { Replace: true, Mode: "SingleNode" or "MultiNode" } };

    private Due? DueOf(PoolState pool, PoolMember member)
    {
        if (_running.Of(member) is { IsReady: true } replaced)
            return new(replaced.Reason, $"Its replacement {replaced.By} is Ready.", true);
        NodeSmithScaleDown? rules = pool.Pool.Spec.ScaleDown;
        if (rules?.ReplaceDrifted == true && Drift(pool, member) is { Count: > 0 } drift)
            return new(AutoscalerReason.Drifted, $"The machine is outdated: {string.Join("; ", drift)}.", false);
        if (
            GoDuration.Parse(rules?.ExpireAfter ?? "") is not { } age
            || (member.Claim!.Status?.MachineCreated ?? member.Node?.Metadata.CreationTimestamp) is not { } created
        )
            return null;
        DateTimeOffset expiresAt = _up.FutureTimes.Of($"machine {member.Claim.Metadata.Uid}", created) + age;
        if (expiresAt <= _input.Now)
            return new(AutoscalerReason.Expired, $"The machine is older than {HumanDuration.Format(age)} (scaleDown.expireAfter).", false);
        Changes.Add(expiresAt);
        return null;
    }

    private List<string> Drift(PoolState pool, PoolMember member)
    {
        if (!_templates.TryGetValue(pool.Name, out string? current))
            _templates.Add(pool.Name, current = ClaimTemplate.Of(pool.Pool).ToJson());
        return TemplateDrift.Of(pool.Pool, member.Claim!, member.Node, current, pool.Supply.Image);
    }

    // A pod that was moved is not moved again within the window.
    private RemovalVerdict? Young(PoolState pool, Candidate candidate)
    {
        TimeSpan window = pool.Pool.Spec.ScaleDown?.StabilizationWindow is null
            ? RecommendationHistory.Stabilization
            : pool.ScaleDownWindow;
        DateTimeOffset until = candidate.Running.Select(StartOf).DefaultIfEmpty().Max() + window;
        return until > _input.Now
            ? WaitUntil(until, AutoscalerReason.Stabilizing, $"A pod started less than {HumanDuration.Format(window)} ago.")
            : null;
    }

    private DateTimeOffset StartOf(Pod pod)
    {
        DateTimeOffset start = pod.Status.StartTime ?? pod.Metadata.CreationTimestamp ?? default;
        return start <= _input.Now ? start : _up.FutureTimes.Of($"pod {pod.Metadata.Uid}", start);
    }

    private void AddOption(PoolState pool, Candidate candidate)
    {
        if (candidate.Due is { IsReplaced: false } || candidate.Due is null && ReplacesByPrice(pool))
            _options.Add(new(pool, candidate, Nodes.Count));
    }

    // Plans that create machines for pods start no replacement: those machines may take the pods.
    private void Replace(CancellationToken cancellationToken)
    {
        if (_options.Count == 0 || _confirming.Count > 0 || _up.Machines.Count > 0)
            return;
        ReplacementSearch search = new(_input, _simulator, _targets, [.. _options.SelectMany(static one => one.Candidate.Moving)]);
        bool hasStarted = false;
        foreach (
            IGrouping<PoolState, Option> pool in _options.Where(static one => one.Candidate.Due is not null).GroupBy(static one => one.Pool)
        )
        {
            foreach (Option option in pool)
            {
                if (!ReplaceDue(search, option, cancellationToken))
                    continue;
                hasStarted = true;
                break;
            }
        }

        foreach (
            IGrouping<PoolState, Option> pool in _options.Where(static one => one.Candidate.Due is null).GroupBy(static one => one.Pool)
        )
        {
            if (!hasStarted)
                hasStarted = ReplaceByPrice(search, pool.Key, [.. pool], cancellationToken);
        }
    }

    private bool ReplaceDue(ReplacementSearch search, Option option, CancellationToken cancellationToken)
    {
        (PoolState pool, Candidate candidate, _) = option;
        Due due = candidate.Due!;
        bool Wait(string reason, string message)
        {
            Change(option, AutoscalerDecision.Wait, reason, $"{due.Message} {message}");
            return false;
        }

        if (NotBefore(option) is { } retry)
            return Wait(
                due.Reason,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Its last replacement was Ready for {HumanDuration.Format(RunningReplacements.Patience)}, and the node could not be removed: the next one starts at {retry.UtcDateTime:yyyy-MM-dd HH:mm} UTC."
                )
            );
        if (Busy(pool) is { } busy)
            return Wait(AutoscalerReason.DisruptionBudget, busy);
        if (_budgets[pool.Name].Find(due.Reason) is { } budget)
            return Wait(AutoscalerReason.DisruptionBudget, $"The {DisruptionBudgets.TextOf(budget)} allows no removal right now.");
        if (_pdbs.Find(candidate.Running) is { } refused)
            return Wait(AutoscalerReason.PodDisruptionBudget, refused.Message);
        if (_receivers.Contains(candidate.Node))
            return Wait(AutoscalerReason.Needed, "Pods of a node that is removed move here.");
        if (Shares?.Thresholds.Configuration.MaxNodes is > 0 and var maximum && _input.Nodes.Count >= maximum)
            return Wait(AutoscalerReason.NodeLimit, $"Its replacement would exceed maxNodes of the configuration ({maximum}).");
        bool isRequired = _staying[pool.Name] <= pool.Minimum.Nodes;
        if (search.Find(pool, [candidate.Removal], null, isRequired, cancellationToken) is not { Count: > 0 } machines)
            return Wait(due.Reason, "The limits of the pool, its shapes and its provider allow no machine that could replace it.");
        _budgets[pool.Name].Take(due.Reason);
        Start([option], machines, due.Reason, due.Message);
        return true;
    }

    // When the node may be replaced again; null: now.
    private DateTimeOffset? NotBefore(Option option)
    {
        DateTimeOffset? at = _running.NotBefore(option.Candidate.Member, _input.Now);
        if (at is { } time)
            Changes.Add(time);
        return at;
    }

    // Without budgets, a pool replaces one node at a time.
    private string? Busy(PoolState pool) =>
        pool.Pool.Spec.ScaleDown?.Budgets is not { Count: > 0 } && _budgets[pool.Name].IsBusy
            ? "Another node of the pool is removed first: one node is replaced at a time by default."
            : null;

    private bool ReplaceByPrice(ReplacementSearch search, PoolState pool, List<Option> options, CancellationToken cancellationToken)
    {
        DisruptionBudgets budgets = _budgets[pool.Name];
        if (budgets.IsBusy || _quietAt.TryGetValue(pool.Name, out DateTimeOffset quiet) && quiet > _input.Now)
        {
            Changes.AddRange(_quietAt.TryGetValue(pool.Name, out DateTimeOffset at) ? [at] : []);
            return false;
        }

        options.RemoveAll(option =>
            PriceOf(option) is not > 0
            || _receivers.Contains(option.Candidate.Node)
            || _pdbs.Find(option.Candidate.Running) is not null
            || NotBefore(option) is not null
        );
        bool hasSeveral = pool.Pool.Spec.ScaleDown!.Consolidation!.Mode == "MultiNode";
        int most = Math.Min(Math.Min(options.Count, MaximumTogether), budgets.Room(AutoscalerReason.Underutilized));
        (List<Option> Replaced, PackedMachine Machine)? best = null;
        // The more nodes, the less likely a machine for all of their pods.
        for (int low = 2, high = hasSeveral ? most : 0; low <= high; )
        {
            int count = (low + high) / 2;
            if (Cheapest(search, options[..count], cancellationToken) is { } machine)
                (best, low) = ((options[..count], machine), count + 1);
            else
                high = count - 1;
        }

        foreach (Option option in best is null && most > 0 ? options.OrderByDescending(PriceOf).Take(MaximumSearches) : [])
        {
            if (Cheapest(search, [option], cancellationToken) is not { } machine)
                continue;
            best = ([option], machine);
            break;
        }

        if (best is not var (replaced, cheaper))
            return false;
        foreach (Option _ in replaced)
            budgets.Take(AutoscalerReason.Underutilized);
        Start(replaced, [cheaper], AutoscalerReason.Underutilized, PriceText(replaced, cheaper));
        return true;
    }

    private PackedMachine? Cheapest(ReplacementSearch search, List<Option> options, CancellationToken cancellationToken)
    {
        PoolState from = options[0].Pool;
        decimal below = options.Sum(static one => PriceOf(one) ?? 0) * (1 - WorthwhileSaving);
        PackedMachine? best = null;
        foreach (PoolState pool in _pools.Where(static pool => pool.IsOpen && pool.UpdatedBy is null && pool.Pool.Spec.Price is not null))
        {
            int staying = _staying[from.Name] - options.Count + (pool == from ? 1 : 0);
            if (staying < from.Minimum.Nodes || search.LowestPrice(pool) is not { } lowest || lowest >= below)
                continue;
            List<RemovalCandidate> leaving = options.ConvertAll(static one => one.Candidate.Removal);
            if (search.Find(pool, leaving, below, false, cancellationToken) is not [var machine])
                continue;
            if (best is null || machine.Size.Price < best.Size.Price)
                best = machine;
        }

        return best;
    }

    private static decimal? PriceOf(Option option) => PriceOf(option.Pool, option.Candidate.Member);

    private static decimal? PriceOf(PoolState pool, PoolMember member) =>
        pool.Pool.Spec.Price?.Of(member.Claim?.Spec.Shape ?? "", member.Size.CpuCores, member.Size.MemoryMiB);

    private static string PriceText(List<Option> replaced, PackedMachine machine)
    {
        string currency = replaced[0].Pool.Pool.Spec.Price!.Currency;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(replaced.Count == 1 ? "It costs" : $"{replaced.Count} nodes cost")} {replaced.Sum(PriceOf):0.######} {currency} an hour; a machine for {machine.Size.Price:0.######} {currency} holds the pods that fit on no other node."
        );
    }

    private void Start(IReadOnlyList<Option> replaced, IReadOnlyList<PackedMachine> machines, string reason, string message)
    {
        MachineReplacement replacement = new(
            reason,
            replaced
                .Select(static one => one.Candidate.Member.Claim!.Metadata)
                .ToDictionary(static claim => claim.Uid!, static claim => claim.Name, StringComparer.Ordinal)
        );
        string nodes = string.Join(", ", replaced.Select(static one => $"'{one.Candidate.Node}'"));
        foreach (PackedMachine machine in machines)
        {
            NodeScalePlanMachine planned = _up.Add(machine, reason, $"It replaces node {nodes}. {message}");
            _up.Plans[planned.Id] = new(machine.Size.Allocatable, []) { Replaces = replacement };
        }

        foreach (Option option in replaced)
            Change(
                option,
                AutoscalerDecision.Wait,
                reason,
                $"{message} It is removed when its replacement ({string.Join(", ", machines.Select(static one => one.Size.Name.Length > 0 ? one.Size.Name : one.Offer.Pool))}) is Ready."
            );
    }

    private void Change(Option option, string decision, string reason, string message) =>
        Nodes[option.Index] = Describe(option.Candidate.Member, decision, reason, message, option.Candidate.Moving, null);

    /// <summary>Why a node is removed or replaced, whatever its pods request.</summary>
    /// <param name="Reason">See <see cref="AutoscalerReason"/>.</param>
    /// <param name="IsReplaced">True if its replacement is Ready.</param>
    private sealed record Due(string Reason, string Message, bool IsReplaced);

    /// <summary>A node that stays without a replacement.</summary>
    /// <param name="Index">Of its decision.</param>
    private sealed record Option(PoolState Pool, Candidate Candidate, int Index);
}
