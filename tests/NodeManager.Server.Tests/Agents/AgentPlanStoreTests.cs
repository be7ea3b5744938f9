using NodeManager.Server.Agents.Plans;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.Agents;

/// <summary>The way of a plan, as a table of who does what in which state.</summary>
public sealed class AgentPlanStoreTests
{
    private static readonly AgentCaller Agent = new("local-viewer", "secret:1");
    private static readonly AgentCaller Other = new("local-viewer", "secret:2");
    private static readonly AgentCaller Person = new("local-admin", "secret:3");

    private readonly ManualTimeProvider _time = new();
    private readonly AgentPlanStore _store;

    public AgentPlanStoreTests() => _store = new(_time);

    [Theory]
    [InlineData("", "AgentPlanNotApproved")]
    [InlineData("approve", null)]
    [InlineData("deny", "AgentPlanNotApproved")]
    [InlineData("approve take", "AgentPlanNotApproved")]
    [InlineData("approve take end", "AgentPlanNotApproved")]
    [InlineData("approve take refuse", "AgentPlanNotApproved")]
    [InlineData("wait approve", "AgentPlanNotPending")]
    [InlineData("approve wait", "AgentPlanNotApproved")]
    [InlineData("approve approve", "AgentPlanNotPending")]
    [InlineData("approve deny", "AgentPlanNotPending")]
    [InlineData("deny approve", "AgentPlanNotPending")]
    [InlineData("self", "AgentPlanSelfApproval")]
    [InlineData("agent", "AgentPlanSelfApproval")]
    [InlineData("other", "AgentPlanNotFound")]
    public void An_approved_plan_is_applied_once(string steps, string? error)
    {
        string id = Add(Agent).Id;

        string? failure = null;
        try
        {
            foreach (string step in steps.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                Do(step, id);
            _store.Take(id, Agent);
        }
        catch (NodeManagerException refused)
        {
            failure = refused.ErrorId;
        }

        Assert.Equal(error, failure);
    }

    [Fact]
    public void One_of_many_concurrent_callers_applies_a_plan()
    {
        string id = Add(Agent).Id;
        _store.Decide(id, Person, approve: true);
        int taken = 0;

        Parallel.For(
            0,
            50,
            _ =>
            {
                try
                {
                    _store.Take(id, Agent);
                    Interlocked.Increment(ref taken);
                }
                catch (NodeManagerException refused)
                {
                    Assert.Equal("AgentPlanNotApproved", refused.ErrorId);
                }
            }
        );

        Assert.Equal(1, taken);
    }

    [Fact]
    public void The_number_of_open_plans_is_limited_and_ended_plans_are_removed()
    {
        for (int i = 0; i < AgentPlanStore.MaximumOpen; i++)
            Add(Agent);
        Assert.Equal("TooManyPlans", Assert.Throws<NodeManagerException>(() => Add(Agent)).ErrorId);
        Add(Other);

        for (int round = 0; round <= AgentPlanStore.Kept / AgentPlanStore.MaximumOpen; round++)
        {
            _time.Advance(AgentPlanStore.WaitForApproval);
            for (int i = 0; i < AgentPlanStore.MaximumOpen; i++)
                Add(Agent);
        }

        Assert.InRange(_store.All.Count, AgentPlanStore.Kept, AgentPlanStore.Kept + AgentPlanStore.MaximumOpen);
    }

    private void Do(string step, string id)
    {
        switch (step)
        {
            case "approve":
                _store.Decide(id, Person, approve: true);
                break;
            case "deny":
                _store.Decide(id, Person, approve: false);
                break;
            case "self":
                _store.Decide(id, Agent, approve: true);
                break;
            case "agent":
                _store.RecordAgent(Person);
                _store.Decide(id, Person, approve: true);
                break;
            case "other":
                _store.Decide(id, Person, approve: true);
                _store.Take(id, Other);
                break;
            case "take":
                _store.Take(id, Agent);
                break;
            case "end":
                _store.End(id, AgentPlanStatus.Completed, "done");
                break;
            case "refuse":
                _store.End(id, AgentPlanStatus.Refused, "changed");
                break;
            default:
                _time.Advance(AgentPlanStore.WaitForApproval);
                break;
        }
    }

    private AgentPlan Add(AgentCaller caller) =>
        _store.Add(
            caller,
            (id, now) =>
                new()
                {
                    Id = id,
                    Change = new() { Action = AgentAction.Cordon, Nodes = ["a"] },
                    By = caller,
                    Steps = [],
                    Warnings = [],
                    Nodes = [],
                    RequestedAt = now,
                    ExpiresAt = now + AgentPlanStore.WaitForApproval,
                }
        );
}
