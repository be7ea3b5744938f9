using System.Security.Cryptography;

namespace NodeManager.Server.Agents.Plans;

/// <summary>
/// Plans of agents: requested, approved or denied by a person, applied once. In memory only, so that a restart ends all of them.
/// Thread-safe.
/// </summary>
internal sealed class AgentPlanStore(TimeProvider time)
{
    public static readonly TimeSpan WaitForApproval = TimeSpan.FromMinutes(30);

    public static readonly TimeSpan WaitForUse = TimeSpan.FromMinutes(15);

    /// <summary>The limit of open plans per caller.</summary>
    public const int MaximumOpen = 20;

    /// <summary>The limit of plans; the oldest closed ones are dropped first.</summary>
    public const int Kept = 500;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, AgentPlan> _plans = [];
    private readonly HashSet<string> _agents = [];

    /// <summary>Called after a plan was requested or decided.</summary>
    public event Action? Changed;

    /// <summary>Newest first.</summary>
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

    /// <summary>Records that an agent uses a credential, which can no longer approve plans.</summary>
    public void RecordAgent(AgentCaller caller)
    {
        lock (_lock)
            _agents.Add(caller.Credential);
    }

    /// <param name="make">Creates the plan from its id and time.</param>
    public AgentPlan Add(AgentCaller caller, Func<string, DateTimeOffset, AgentPlan> make)
    {
        AgentPlan added = Store(caller, make);
        Changed?.Invoke();
        return added;
    }

    private AgentPlan Store(AgentCaller caller, Func<string, DateTimeOffset, AgentPlan> make)
    {
        lock (_lock)
        {
            Expire();
            _agents.Add(caller.Credential);
            if (_plans.Values.Count(plan => plan.IsOpen && plan.By.Credential == caller.Credential) >= MaximumOpen)
                throw new NodeManagerException(
                    "TooManyPlans",
                    ErrorKind.LimitsExceeded,
                    $"{MaximumOpen} plans of this caller are open.",
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

    public AgentPlan Find(string id)
    {
        lock (_lock)
        {
            Expire();
            return _plans.GetValueOrDefault(id) ?? throw Missing(id);
        }
    }

    /// <summary>The plan of a caller; other callers' plans are reported as missing.</summary>
    public AgentPlan FindOf(AgentCaller caller, string id) => Find(id) is { } plan && plan.By == caller ? plan : throw Missing(id);

    /// <exception cref="NodeManagerException">
    /// AgentPlanNotFound; AgentPlanNotPending; AgentPlanSelfApproval: the credential belongs to an agent.
    /// </exception>
    public AgentPlan Decide(string id, AgentCaller person, bool approve)
    {
        AgentPlan decided = DecideAs(id, person, approve);
        Changed?.Invoke();
        return decided;
    }

    private AgentPlan DecideAs(string id, AgentCaller person, bool approve)
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

    /// <summary>The decision of the user of the agent's client (MCP elicitation), if enabled.</summary>
    public AgentPlan DecideByElicitation(string id, AgentCaller caller, bool approve)
    {
        AgentPlan decided;
        lock (_lock)
        {
            AgentPlan plan = Open(id);
            if (plan.By != caller)
                throw Missing(id);
            decided =
                plan.Status == AgentPlanStatus.Pending
                    ? Decided(plan, $"{caller.Name} by elicitation", approve)
                    : throw NotIn(plan, AgentPlanStatus.Pending);
        }

        Changed?.Invoke();
        return decided;
    }

    /// <summary>Takes an approved plan for its single use.</summary>
    /// <exception cref="NodeManagerException">AgentPlanNotFound, AgentPlanNotApproved: pending, denied, used or expired.</exception>
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

    public AgentPlan SetOperation(string id, string operation) => Change(id, plan => plan with { Operation = operation });

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
