using System.Security.Cryptography;

namespace NodeManager.Server.Agents.Plans;

/// <summary>
/// The plans of agents and their way: requested, approved or denied by a person, applied once. Kept in memory alone, so a restart ends all of
/// them. Thread-safe.
/// </summary>
/// <param name="time">Decides what has expired.</param>
internal sealed class AgentPlanStore(TimeProvider time)
{
    /// <summary>How long a plan waits for a person.</summary>
    public static readonly TimeSpan WaitForApproval = TimeSpan.FromMinutes(30);

    /// <summary>How long an approved plan can be applied.</summary>
    public static readonly TimeSpan WaitForUse = TimeSpan.FromMinutes(15);

    /// <summary>How many open plans a caller may have.</summary>
    public const int MostOpen = 20;

    /// <summary>How many plans are kept in all; the oldest that are no longer open go first.</summary>
    public const int Kept = 500;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, AgentPlan> _plans = [];
    private readonly HashSet<string> _agents = [];

    /// <summary>The plans, newest first.</summary>
    public IReadOnlyList<AgentPlan> All
    {
        get
        {
            lock (_lock)
            {
                Expire();
                return
                [
                    .. _plans
                        .Values.OrderByDescending(static plan => plan.RequestedAt)
                        .ThenBy(static plan => plan.Id, StringComparer.Ordinal),
                ];
            }
        }
    }

    /// <summary>Notes that a credential is used by an agent: from now on it approves nothing.</summary>
    public void NoteAgent(AgentCaller caller)
    {
        lock (_lock)
            _agents.Add(caller.Credential);
    }

    /// <summary>Keeps a new plan.</summary>
    /// <param name="make">The plan under the id and with the time that it gets.</param>
    /// <exception cref="NodeManagerException">TooManyPlans.</exception>
    public AgentPlan Add(AgentCaller caller, Func<string, DateTimeOffset, AgentPlan> make)
    {
        lock (_lock)
        {
            Expire();
            _agents.Add(caller.Credential);
            if (_plans.Values.Count(plan => plan.IsOpen && plan.By.Credential == caller.Credential) >= MostOpen)
                throw new NodeManagerException(
                    "TooManyPlans",
                    ErrorKind.LimitsExceeded,
                    $"{MostOpen} plans of this caller are open.",
                    null,
                    "Wait until a person decides them, or until they expire."
                );
            string id = "plan-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
            AgentPlan plan = make(id, time.GetUtcNow());
            _plans.Add(id, plan);
            foreach (
                AgentPlan old in _plans
                    .Values.Where(static one => !one.IsOpen)
                    .OrderByDescending(static one => one.RequestedAt)
                    .Skip(Kept)
                    .ToList()
            )
                _plans.Remove(old.Id);
            return plan;
        }
    }

    /// <exception cref="NodeManagerException">AgentPlanNotFound.</exception>
    public AgentPlan Find(string id)
    {
        lock (_lock)
        {
            Expire();
            return _plans.GetValueOrDefault(id) ?? throw Missing(id);
        }
    }

    /// <summary>The same for its caller alone; other callers learn nothing of it.</summary>
    /// <exception cref="NodeManagerException">AgentPlanNotFound.</exception>
    public AgentPlan FindOf(AgentCaller caller, string id) => Find(id) is { } plan && plan.By == caller ? plan : throw Missing(id);

    /// <summary>Approves or denies a pending plan.</summary>
    /// <exception cref="NodeManagerException">AgentPlanNotFound; AgentPlanNotPending; AgentPlanSelfApproval: the credential belongs to an agent.</exception>
    public AgentPlan Decide(string id, AgentCaller person, bool approve)
    {
        lock (_lock)
        {
            AgentPlan plan = Open(id);
            if (_agents.Contains(person.Credential) || plan.By.Credential == person.Credential)
            {
                throw new NodeManagerException(
                    ErrorIds.AgentPlanSelfApproval,
                    ErrorKind.PermissionDenied,
                    "This credential is used by an agent; it cannot decide about plans.",
                    id,
                    "Decide in the console, or with a token that no agent has."
                );
            }

            if (plan.Status != AgentPlanStatus.Pending)
                throw NotIn(plan, AgentPlanStatus.Pending);
            return Decided(plan, person.Name, approve);
        }
    }

    /// <summary>The answer of the person before the agent's client (MCP elicitation), where the user has enabled that.</summary>
    public AgentPlan DecideByElicitation(string id, AgentCaller caller, bool approve)
    {
        lock (_lock)
        {
            AgentPlan plan = Open(id);
            if (plan.By != caller)
                throw Missing(id);
            return plan.Status == AgentPlanStatus.Pending
                ? Decided(plan, $"{caller.Name} by elicitation", approve)
                : throw NotIn(plan, AgentPlanStatus.Pending);
        }
    }

    /// <summary>Takes an approved plan for its one use.</summary>
    /// <exception cref="NodeManagerException">AgentPlanNotFound, AgentPlanNotApproved: it waits, was denied, was used, or has expired.</exception>
    public AgentPlan Take(string id, AgentCaller caller)
    {
        lock (_lock)
        {
            AgentPlan plan = Open(id);
            if (plan.By != caller)
                throw Missing(id);
            if (plan.Status != AgentPlanStatus.Approved)
                throw NotIn(plan, AgentPlanStatus.Approved);
            return _plans[id] = plan with { Status = AgentPlanStatus.Running };
        }
    }

    /// <summary>Notes the operation of a plan that runs.</summary>
    public AgentPlan Follow(string id, string operation) => Change(id, plan => plan with { Operation = operation });

    /// <summary>Notes what came of a plan that ran.</summary>
    public AgentPlan End(string id, string status, string result) => Change(id, plan => plan with { Status = status, Result = result });

    private AgentPlan Change(string id, Func<AgentPlan, AgentPlan> change)
    {
        lock (_lock)
            return _plans.TryGetValue(id, out AgentPlan? plan) ? _plans[id] = change(plan) : throw Missing(id);
    }

    private AgentPlan Decided(AgentPlan plan, string by, bool approve)
    {
        DateTimeOffset now = time.GetUtcNow();
        return _plans[plan.Id] = plan with
        {
            Status = approve ? AgentPlanStatus.Approved : AgentPlanStatus.Denied,
            DecidedBy = by,
            DecidedAt = now,
            ExpiresAt = now + WaitForUse,
        };
    }

    private AgentPlan Open(string id)
    {
        Expire();
        return _plans.GetValueOrDefault(id) ?? throw Missing(id);
    }

    private void Expire()
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (AgentPlan plan in _plans.Values.Where(plan => plan.IsOpen && plan.ExpiresAt <= now).ToList())
            _plans[plan.Id] = plan with { Status = AgentPlanStatus.Expired };
    }

    private static NodeManagerException Missing(string id) =>
        new(
            ErrorIds.AgentPlanNotFound,
            ErrorKind.ObjectNotFound,
            $"Plan '{id}' does not exist.",
            id,
            "Request a plan; its id is in the answer."
        );

    private static NodeManagerException NotIn(AgentPlan plan, string wanted) =>
        new(
            wanted == AgentPlanStatus.Approved ? ErrorIds.AgentPlanNotApproved : ErrorIds.AgentPlanNotPending,
            ErrorKind.InvalidOperation,
            $"Plan '{plan.Id}' is {plan.Status}, not {wanted}.",
            plan.Id,
            plan.Status == AgentPlanStatus.Pending
                ? "A person must approve it in the console or with Approve-NodeAgentPlan."
                : "Request a new plan."
        );
}
