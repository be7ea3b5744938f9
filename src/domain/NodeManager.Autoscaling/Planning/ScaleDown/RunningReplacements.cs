using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Planning.ScaleUp;
using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Autoscaling.Planning.ScaleDown;

/// <summary>
/// The claims that replace others. The replaced nodes are drained when the new ones are Ready. Until they are gone, the new ones stay.
/// </summary>
internal sealed class RunningReplacements
{
    /// <summary>How long a Ready node waits for the removal of the replaced one; then it is an ordinary node.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private readonly Dictionary<string, RunningReplacement> _byReplaced = new(StringComparer.Ordinal);
    private readonly HashSet<string> _replacing = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AbandonedReplacement> _abandoned = new(StringComparer.Ordinal);

    public RunningReplacements(ScaleInput input, IReadOnlyList<PoolState> pools, FutureTimes times)
    {
        Dictionary<string, PoolMember> claims = new(StringComparer.Ordinal);
        foreach (PoolMember member in pools.SelectMany(static pool => pool.Members))
            if (member.Claim?.Metadata.Uid is { } uid)
                claims[uid] = member;
        foreach (PoolMember member in claims.Values)
        {
            if (member.IsLeaving || MachineReplacement.Of(member.Claim!) is not { } replacement)
                continue;
            List<PoolMember> remaining = [.. replacement.Claims.Keys.Select(claims.GetValueOrDefault).OfType<PoolMember>()];
            if (remaining.Count == 0)
                continue;
            // A member that is drained at the moment is never abandoned. A machine that cannot be created counts from its claim.
            bool isStalled = member.IsInFlight && pools[0].Backoffs.IsStalled(member);
            if ((isStalled || !member.IsInFlight) && !member.HasFailed && !remaining.Exists(static one => one.IsLeaving))
            {
                DateTimeOffset end = StartOf(member, isStalled, input, times) + Patience;
                if (end <= input.Now)
                {
                    foreach (PoolMember replaced in remaining)
                        GiveUp(replaced, end, input);
                    continue;
                }

                Changes.Add(end);
            }

            _replacing.Add(member.Claim!.Metadata.Uid!);
            foreach (PoolMember replaced in remaining)
                Add(replaced, replacement.Reason, member);
        }

        foreach ((string uid, AbandonedReplacement known) in input.Memory.Abandoned)
            if (claims.ContainsKey(uid))
                _abandoned.TryAdd(uid, known);
    }

    /// <summary>The replacements that were given up, by the UID of the claim that stayed, for the next plan.</summary>
    public IReadOnlyDictionary<string, AbandonedReplacement> Abandoned => _abandoned;

    /// <summary>When the next replacement of a member may start, after one that was given up; null: immediately.</summary>
    public DateTimeOffset? NotBefore(PoolMember member, DateTimeOffset now) =>
        member.Claim?.Metadata.Uid is { } uid && _abandoned.GetValueOrDefault(uid) is { } known && known.Until > now ? known.Until : null;

    /// <summary>When replacements that are Ready are given up.</summary>
    public List<DateTimeOffset> Changes { get; } = [];

    /// <summary>True for a member that stays until those that it replaces are gone.</summary>
    public bool IsReplacing(PoolMember member) => member.Claim?.Metadata.Uid is { } uid && _replacing.Contains(uid);

    /// <summary>The replacement of a member; null: none.</summary>
    public RunningReplacement? Of(PoolMember member) => member.Claim?.Metadata.Uid is { } uid ? _byReplaced.GetValueOrDefault(uid) : null;

    private void Add(PoolMember replaced, string reason, PoolMember by)
    {
        string uid = replaced.Claim!.Metadata.Uid!;
        // A failed claim blocks the next attempt until it is deleted, as for pods.
        string title = by.HasFailed ? $"'{by.Title}' (failed)" : $"'{by.Title}'";
        RunningReplacement known = _byReplaced.GetValueOrDefault(uid) ?? new(reason, "", true);
        _byReplaced[uid] = known with
        {
            By = known.By.Length == 0 ? title : $"{known.By}, {title}",
            IsReady = known.IsReady && !by.IsInFlight && !by.HasFailed && by.Node?.IsReady() == true,
        };
    }

    // The machines of one replacement end together.
    private void GiveUp(PoolMember replaced, DateTimeOffset end, ScaleInput input)
    {
        string uid = replaced.Claim!.Metadata.Uid!;
        AbandonedReplacement? known = _abandoned.GetValueOrDefault(uid) ?? input.Memory.Abandoned.GetValueOrDefault(uid);
        _abandoned[uid] = known is null || end > known.At + Patience ? new(end, (known?.Failures ?? 0) + 1) : known;
    }

    private static DateTimeOffset StartOf(PoolMember member, bool isStalled, ScaleInput input, FutureTimes times)
    {
        NodeSmithClaim claim = member.Claim!;
        DateTimeOffset? ready = claim
            .Status?.Conditions?.Find(static one => one is { Type: NodeSmithConditions.Initialized, Status: "True" })
            ?.LastTransitionTime;
        DateTimeOffset? at = isStalled ? claim.Metadata.CreationTimestamp : ready ?? member.Node?.Metadata.CreationTimestamp;
        return times.Of($"replacement {claim.Metadata.Uid}", at ?? input.Now);
    }
}

/// <summary>The replacement of a claim that is under way.</summary>
/// <param name="Reason">See <see cref="AutoscalerReason"/>.</param>
/// <param name="By">The new nodes or claims, quoted.</param>
/// <param name="IsReady">True if all of them are Ready.</param>
internal sealed record RunningReplacement(string Reason, string By, bool IsReady);
