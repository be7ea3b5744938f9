using System.Globalization;
using NodeManager.Autoscaling.Planning.Inputs;

namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>The pools and shapes that get no machines for a while, because their provider has none or fails.</summary>
internal sealed class PoolBackoffs
{
    // Reasons of the condition Launched while a launch is not known to fail.
    private static readonly string[] InProgress = ["Launching", "Pending"];

    private readonly Dictionary<string, PoolBackoff> _active = new(StringComparer.Ordinal);
    private readonly HashSet<string> _present = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _now;

    private PoolBackoffs(DateTimeOffset now) => _now = now;

    /// <summary>For the next plan.</summary>
    public IReadOnlyDictionary<string, PoolBackoff> Memory => _active;

    /// <summary>When a back-off ends.</summary>
    public IEnumerable<DateTimeOffset> Changes => _active.Values.Select(static one => one.Until);

    public static PoolBackoffs Of(ScaleInput input, IEnumerable<(NodeSmithPool Pool, IReadOnlyList<PoolMember> Members)> pools)
    {
        PoolBackoffs found = new(input.Now);
        foreach ((string key, PoolBackoff known) in input.Memory.Backoffs)
            if (known.FailedAt + PoolBackoff.ForgottenAfter > input.Now)
                found._active[key] = known.FailedAt > input.Now ? known with { FailedAt = input.Now } : known;
        foreach ((NodeSmithPool pool, IReadOnlyList<PoolMember> members) in pools)
        {
            foreach (PoolMember member in members)
                if (found.KeyOf(pool, member) is { } key)
                    found.Fail(key, member);
            foreach (PoolMember member in members)
                found.Succeed(pool, member);
        }

        return found;
    }

    /// <summary>True for a claim whose launch fails; it is tried again by its reconciler.</summary>
    public bool IsStalled(PoolMember member) => KeyOf(member.Pool, member) is not null;

    /// <summary>The active back-off of a size in a zone; null: none.</summary>
    public PoolBackoff? Find(string pool, string? zone, string? shape) =>
        ActiveOf(PoolBackoff.KeyOf(pool))
        ?? ActiveOf(PoolBackoff.KeyOf(pool, zone, shape))
        ?? ActiveOf(PoolBackoff.KeyOf(pool, null, shape));

    /// <summary>The sentence about a pool without full stop; null: no back-off is active.</summary>
    public string? TextOf(string pool) =>
        _active
            .Where(one => (one.Key == pool || one.Key.StartsWith(pool + "\n", StringComparison.Ordinal)) && ActiveOf(one.Key) is not null)
            .Select(static one => one.Value)
            .MaxBy(static one => one.Until)
            is { } backoff
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"({backoff.Message.TrimEnd('.')}){(backoff.Until > _now ? $"; tried again at {backoff.Until.UtcDateTime:HH:mm:ss} UTC" : "")}"
            )
            : null;

    // While the claim is there, it is the attempt.
    private PoolBackoff? ActiveOf(string key) =>
        _active.GetValueOrDefault(key) is { } one && (_present.Contains(key) || one.Until > _now) ? one : null;

    // A missing machine concerns one size in one zone; another failure the whole provider.
    private string? KeyOf(NodeSmithPool pool, PoolMember member)
    {
        if (member is not { Claim: { } claim, Node: null, IsLeaving: false } || claim.Status is not { } status)
            return null;
        string own = PoolBackoff.KeyOf(pool.Metadata.Name, claim.Spec.Zone, claim.Spec.Shape),
            all = PoolBackoff.KeyOf(pool.Metadata.Name);
        if (member.HasFailed)
            return all;
        if (
            !string.IsNullOrEmpty(status.ProviderID)
            || status.Conditions.Find(NodeSmithConditions.Launched) is not { Status: not "True" } launched
        )
            return null;
        if (launched.Reason == nameof(Core.Machines.MachineOutcome.NoCapacity))
            return own;
        if (!InProgress.Contains(launched.Reason))
            return all;
        // The next attempt of a claim that failed is not a success yet.
        string uid = claim.Metadata.Uid ?? claim.Metadata.Name;
        return _active.GetValueOrDefault(own)?.Claim == uid ? own
            : _active.GetValueOrDefault(all)?.Claim == uid ? all
            : null;
    }

    private void Fail(string key, PoolMember member)
    {
        NodeSmithClaim claim = member.Claim!;
        string uid = claim.Metadata.Uid ?? claim.Metadata.Name;
        PoolBackoff? known = _active.GetValueOrDefault(key);
        NodeSmithCondition? condition = claim.Status!.Conditions.Find(
            member.HasFailed ? NodeSmithConditions.Failed : NodeSmithConditions.Launched
        );
        string message =
            known?.Claim == uid && InProgress.Contains(condition?.Reason)
                ? known.Message
                : $"claim '{claim.Metadata.Name}': {condition?.Message}";
        int failures =
            known is null ? 1
            : known.Claim == uid ? known.Failures
            : known.Failures + 1;
        // A failed claim counts from its failure, one that is still tried from now.
        DateTimeOffset at = member.HasFailed && condition is { LastTransitionTime: var since } && since <= _now ? since : _now;
        _active[key] = new(uid, failures, at, message);
        _present.Add(key);
    }

    private void Succeed(NodeSmithPool pool, PoolMember member)
    {
        if (member.Claim?.Status?.Conditions.Find(NodeSmithConditions.Launched) is not { Status: "True" } launched || member.HasFailed)
            return;
        foreach (
            string key in (string[])
                [
                    PoolBackoff.KeyOf(pool.Metadata.Name, member.Claim.Spec.Zone, member.Claim.Spec.Shape),
                    PoolBackoff.KeyOf(pool.Metadata.Name),
                ]
        )
            if (_active.TryGetValue(key, out PoolBackoff? known) && launched.LastTransitionTime >= known.FailedAt)
                _active.Remove(key);
    }
}
