using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains.Budgets;
using NodeManager.Kubernetes.Models;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Drain.Running;

public sealed class BudgetGateTests
{
    private static readonly Pod Pod = Sample.Pod("p").ReadPod();
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void A_PDB_status_admits_as_many_pods_as_it_allows_in_order()
    {
        BudgetGate gate = Gate();
        BudgetQueueEntry third = Refused(gate, 3),
            first = Refused(gate, 1),
            second = Refused(gate, 2);

        gate.Update(Budget(2));

        Assert.Equal([true, true, false], new[] { first, second, third }.Select(t => t.Passed.IsCompleted));
    }

    [Fact]
    public void Pods_of_equal_rank_are_admitted_in_order_of_arrival()
    {
        BudgetGate gate = Gate();
        BudgetQueueEntry first = Refused(gate),
            second = Refused(gate);

        gate.Update(Budget(1));

        Assert.Equal([true, false], new[] { first, second }.Select(t => t.Passed.IsCompleted));
    }

    [Fact]
    public void Unused_disruptions_admit_pods_that_arrive_later()
    {
        BudgetGate gate = Gate();
        gate.Update(Budget(1));

        Assert.True(Enter(gate).Passed.IsCompleted);
        Assert.False(Enter(gate).Passed.IsCompleted);
    }

    [Fact]
    public void A_pod_that_left_the_queue_is_not_admitted()
    {
        BudgetGate gate = Gate();
        BudgetQueueEntry first = Refused(gate),
            second = Refused(gate);
        first.Dispose();

        gate.Update(Budget(1));

        Assert.False(first.Passed.IsCompleted);
        Assert.True(second.Passed.IsCompleted);
    }

    [Fact]
    public void An_admitted_pod_without_an_eviction_returns_its_admission()
    {
        BudgetGate gate = Gate();
        BudgetQueueEntry first = Refused(gate),
            second = Refused(gate);
        gate.Update(Budget(1));

        first.Dispose();

        Assert.True(second.Passed.IsCompleted);
    }

    [Fact]
    public void An_outdated_status_admits_no_pod()
    {
        BudgetGate gate = Gate();
        BudgetQueueEntry ticket = Refused(gate);

        gate.Update(Sample.Budget("web", "web", 5, generation: 2, observed: 1).ReadBudget());
        Assert.False(ticket.Passed.IsCompleted);

        gate.Update(Sample.Budget("web", "web", 1, generation: 2, observed: 2).ReadBudget());
        Assert.True(ticket.Passed.IsCompleted);
    }

    [Fact]
    public void A_status_older_than_a_refusal_allows_no_eviction()
    {
        BudgetGate gate = Gate();
        gate.Seed(Budget(3));
        Ask(gate, accepted: false, refused: true);

        Assert.False(Refused(gate).Passed.IsCompleted);
    }

    [Fact]
    public void A_status_received_during_the_eviction_request_is_kept_after_its_refusal()
    {
        BudgetGate gate = Gate();
        gate.Seed(Budget(1));
        BudgetQueueEntry ticket = Enter(gate);
        gate.RecordRequest(ticket);
        gate.Update(Budget(1));
        gate.RecordAnswer(ticket, accepted: false, refused: true);
        ticket.Dispose();

        Assert.True(Refused(gate).Passed.IsCompleted);
    }

    [Fact]
    public void An_accepted_eviction_counts_until_a_status_includes_it()
    {
        BudgetGate gate = Gate();
        gate.Seed(Budget(2));
        Ask(gate, accepted: true);
        Ask(gate, accepted: true);

        BudgetQueueEntry third = Refused(gate);
        Assert.False(third.Passed.IsCompleted);

        gate.Update(Budget(1));
        Assert.True(third.Passed.IsCompleted);
    }

    [Fact]
    public void Disruptions_in_the_status_are_counted_once()
    {
        BudgetGate gate = Gate();
        gate.Seed(Budget(2));
        BudgetQueueEntry first = Enter(gate);
        gate.RecordRequest(first);
        gate.Update(Budget(1, disrupted: "p"));
        gate.RecordAnswer(first, accepted: true, refused: false);

        Assert.True(Refused(gate).Passed.IsCompleted);
    }

    [Fact]
    public void The_first_pods_are_tried_against_zero_allowed_disruptions_until_the_server_refuses()
    {
        BudgetGate gate = Gate();
        gate.Seed(Budget(0));
        Ask(gate, accepted: false, refused: true);

        Assert.False(Enter(gate).Passed.IsCompleted);
    }

    [Fact]
    public void With_one_attempt_for_each_pod_no_eviction_waits_for_a_status()
    {
        BudgetGate gate = Gate(once: true);
        gate.Seed(Budget(0));
        Ask(gate, accepted: false, refused: true);

        Assert.True(Enter(gate).Passed.IsCompleted);
    }

    [Fact]
    public void Few_requests_are_sent_concurrently_and_more_while_the_server_answers_quickly()
    {
        BudgetGate gate = Gate();
        gate.Seed(Budget(100));
        Assert.Equal([true, true, false], Enter(gate, 3).Select(t => t.Passed.IsCompleted));

        BudgetGate used = Gate();
        used.Seed(Budget(100));
        for (int i = 0; i < 20; i++)
            Ask(used, accepted: true);
        Assert.InRange(Enter(used, 30).Count(t => t.Passed.IsCompleted), 5, 10);
    }

    [Fact]
    public void A_late_answer_delays_no_other_eviction()
    {
        BudgetGate gate = Gate();
        gate.Seed(Budget(1));
        BudgetQueueEntry late = Enter(gate),
            next = Enter(gate);
        gate.RecordRequest(late);
        Assert.False(next.Passed.IsCompleted);

        _time.Advance(TimeSpan.FromMilliseconds(200));

        Assert.True(next.Passed.IsCompleted);
    }

    [Fact]
    public void With_an_empty_queue_a_late_eviction_is_repeated_at_most_three_times()
    {
        BudgetGate gate = Gate();
        gate.Seed(Budget(1));
        BudgetQueueEntry late = Enter(gate);
        int requests = 0;
        for (Task again = Task.CompletedTask; again.IsCompleted; requests++)
        {
            again = late.Retry;
            gate.RecordRequest(late);
            Assert.False(again.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(200));
        }

        Assert.Equal(3, requests);
    }

    [Fact]
    public void A_late_request_yields_to_the_next_pod_within_the_allowed_disruptions()
    {
        BudgetGate gate = Gate();
        gate.Seed(Budget(1));
        BudgetQueueEntry late = Enter(gate),
            next = Enter(gate);
        Task again = late.Retry;
        gate.RecordRequest(late);
        _time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.True(next.Passed.IsCompleted);

        gate.RecordRequest(next);
        gate.RecordAnswer(next, accepted: true, refused: false);
        Assert.False(again.IsCompleted);

        gate.Update(Budget(1));
        Assert.True(again.IsCompleted);
    }

    [Fact]
    public void A_pod_with_a_reused_name_has_one_request_at_a_time()
    {
        JsonObject ordinal = Sample.Pod("web-0");
        ordinal["metadata"]!["ownerReferences"]![0]!["kind"] = "StatefulSet";
        BudgetGate gate = Gate();
        gate.Seed(Budget(1));
        BudgetQueueEntry late = gate.Enter(ordinal.ReadPod(), default, false);
        Task again = late.Retry;
        gate.RecordRequest(late);

        _time.Advance(TimeSpan.FromMilliseconds(200));

        Assert.False(again.IsCompleted);
    }

    [Fact]
    public void A_pod_that_the_PDB_no_longer_covers_is_admitted()
    {
        BudgetGate gate = Gate();
        BudgetQueueEntry ticket = Refused(gate);

        gate.Update(Sample.Budget("web", "another", 0, generation: 2).ReadBudget());

        Assert.True(ticket.Passed.IsCompleted);
    }

    [Fact]
    public void A_pod_that_needs_no_allowed_disruption_is_admitted_immediately()
    {
        JsonObject unready = Sample.Pod("unready");
        unready["status"]!["conditions"]![0]!["status"] = "False";
        JsonObject budget = Sample.Budget("web", "web", 0);
        budget["spec"]!["unhealthyPodEvictionPolicy"] = "AlwaysAllow";
        BudgetGate gate = Gate();
        gate.Update(budget.ReadBudget());
        Ask(gate, accepted: false, refused: true);

        Assert.True(gate.Enter(unready.ReadPod(), default, false).Passed.IsCompleted);
    }

    [Fact]
    public void All_waiting_pods_are_evicted_when_the_PDB_is_deleted()
    {
        BudgetGate gate = Gate();
        BudgetQueueEntry[] tickets = [Refused(gate), Refused(gate)];

        gate.Open();

        Assert.All(tickets, t => Assert.True(t.Passed.IsCompleted));
    }

    private BudgetGate Gate(bool once = false) => new("v1", 34, _time, once);

    private static BudgetQueueEntry Enter(BudgetGate gate) => gate.Enter(Pod, default, false);

    private static List<BudgetQueueEntry> Enter(BudgetGate gate, int count) => [.. Enumerable.Range(0, count).Select(_ => Enter(gate))];

    private static BudgetQueueEntry Refused(BudgetGate gate, int round = 0) => gate.Enter(Pod, new(0, round), true);

    private static void Ask(BudgetGate gate, bool accepted, bool refused = false)
    {
        using BudgetQueueEntry ticket = Enter(gate);
        Assert.True(ticket.Passed.IsCompleted);
        gate.RecordRequest(ticket);
        gate.RecordAnswer(ticket, accepted, refused);
    }

    private static PodDisruptionBudget Budget(int allows, string? disrupted = null)
    {
        JsonObject budget = Sample.Budget("web", "web", allows);
        if (disrupted is not null)
            budget["status"]!["disruptedPods"] = new JsonObject { [disrupted] = "2026-01-01T00:00:00Z" };
        return budget.ReadBudget();
    }
}
