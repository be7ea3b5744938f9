using NodeManager.Core.Drain.Running;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Tests.Drain.Running;

public sealed class BudgetGateTests
{
    private static readonly Pod Pod = Sample.Pod("p").ReadPod();

    [Fact]
    public void A_status_lets_as_many_pass_as_it_allows_in_the_order_they_came()
    {
        using BudgetGate gate = new("v1");
        BudgetTicket[] tickets = [gate.Enter(Pod), gate.Enter(Pod), gate.Enter(Pod)];

        gate.Update(Budget(2));

        Assert.Equal([true, true, false], tickets.Select(t => t.Passed.IsCompleted));
    }

    [Fact]
    public void What_a_status_still_allows_is_there_for_who_comes_later()
    {
        using BudgetGate gate = new("v1");
        gate.Update(Budget(1));

        Assert.True(gate.Enter(Pod).Passed.IsCompleted);
        Assert.False(gate.Enter(Pod).Passed.IsCompleted);
    }

    [Fact]
    public void Who_left_the_line_takes_no_pass()
    {
        using BudgetGate gate = new("v1");
        BudgetTicket first = gate.Enter(Pod), second = gate.Enter(Pod);
        first.Dispose();

        gate.Update(Budget(1));

        Assert.False(first.Passed.IsCompleted);
        Assert.True(second.Passed.IsCompleted);
    }

    [Fact]
    public void A_status_that_lags_lets_nobody_pass()
    {
        using BudgetGate gate = new("v1");
        BudgetTicket ticket = gate.Enter(Pod);

        gate.Update(Sample.Budget("web", "web", 5, generation: 2, observed: 1).ReadBudget());
        Assert.False(ticket.Passed.IsCompleted);

        gate.Update(Sample.Budget("web", "web", 1, generation: 2, observed: 2).ReadBudget());
        Assert.True(ticket.Passed.IsCompleted);
    }

    [Fact]
    public void What_was_known_before_the_refusal_lets_nobody_pass()
    {
        using BudgetGate gate = new("v1");
        gate.Seed(Budget(3));

        Assert.False(gate.Enter(Pod).Passed.IsCompleted);
    }

    [Fact]
    public void A_pod_that_the_budget_no_longer_covers_passes()
    {
        using BudgetGate gate = new("v1");
        BudgetTicket ticket = gate.Enter(Pod);

        gate.Update(Sample.Budget("web", "another", 0, generation: 2).ReadBudget());

        Assert.True(ticket.Passed.IsCompleted);
    }

    [Fact]
    public void All_pass_when_the_budget_is_deleted()
    {
        using BudgetGate gate = new("v1");
        BudgetTicket[] tickets = [gate.Enter(Pod), gate.Enter(Pod)];

        gate.Open();

        Assert.All(tickets, t => Assert.True(t.Passed.IsCompleted));
    }

    private static PodDisruptionBudget Budget(int allows) => Sample.Budget("web", "web", allows).ReadBudget();
}
