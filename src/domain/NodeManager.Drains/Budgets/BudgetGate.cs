using NodeManager.Drains.Decisions;
using NodeManager.Drains.Planning;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains.Budgets;

/// <summary>
/// The queue of pods that one PDB covers. Evictions are requested in the order of their turns, and as many at a time as the PDB's last status
/// allows, less those that are requested and that it does not count yet. A status that lags behind its specification allows none. Thread-safe.
/// </summary>
/// <remarks>
/// Every eviction writes the budget, and so does its controller after it. A request that meets another's write sleeps in the server for
/// half a second before it tries again (source: EvictionsRetry of the API server's pods/eviction). So few are sent at a time: more while
/// they are answered quickly, fewer when one is late. A late request does not delay the others: what the budget allows meanwhile goes to the
/// next pod, or, with no other pod in the queue, to a further request for the late pod. The server then counts the pod twice for as long as its
/// controller takes to see that it terminates: that allows less, never more. Only a name that is never given again is safe to count so:
/// the successor of a StatefulSet's pod would be taken for disrupted for two minutes.
/// </remarks>
internal sealed class BudgetGate(string version, int minorVersion, TimeProvider time, bool once)
{
    private const int FewestAtOnce = 2;
    private const int MostAtOnce = 10;
    private const int MostOfOnePod = 3;

    private readonly Lock _lock = new();
    private readonly LinkedList<BudgetQueueEntry> _waiting = new();
    private readonly Dictionary<BudgetQueueEntry, PendingEviction> _asked = [];
    private readonly AnswerTime _answerTime = new();
    private double _atOnce = FewestAtOnce;
    private int _allowed;
    private int _statuses;
    private bool _hasRefused;

    /// <summary>The budget as last reported.</summary>
    public PodDisruptionBudget? Budget { get; private set; }

    /// <summary>Takes in what a list showed, unless more is known already.</summary>
    public void Seed(PodDisruptionBudget budget)
    {
        if (Budget is null)
            Update(budget);
    }

    /// <summary>A new state of the budget.</summary>
    public void Update(PodDisruptionBudget budget)
    {
        List<BudgetQueueEntry> pass = [];
        lock (_lock)
        {
            Budget = budget;
            _statuses++;
            _allowed = BudgetRules.IsStale(budget) ? 0 : budget.Status.DisruptionsAllowed;
            foreach ((BudgetQueueEntry ticket, PendingEviction question) in _asked)
                question.IsCounted |= budget.Status.DisruptedPods?.ContainsKey(ticket.Pod.Metadata.Name) == true;
            LetPass(pass, t => !BudgetRules.Covers(budget, t.Pod, version));
            Advance(pass);
        }

        pass.ForEach(t => t.Pass());
    }

    /// <summary>The budget is gone: everyone may ask.</summary>
    public void Open()
    {
        List<BudgetQueueEntry> pass = [];
        lock (_lock)
            LetPass(pass, static _ => true);
        pass.ForEach(t => t.Pass());
    }

    /// <summary>
    /// Waits in line. Where nothing is known to be allowed, the first ones ask all the same, until the server itself has refused one.
    /// </summary>
    /// <param name="pod">As it is now.</param>
    /// <param name="turn">When it leaves.</param>
    /// <param name="isRefused">True where the server has refused this pod before.</param>
    public BudgetQueueEntry Enter(Pod pod, DrainTurn turn, bool isRefused)
    {
        BudgetQueueEntry ticket;
        List<BudgetQueueEntry> pass = [];
        lock (_lock)
        {
            ticket = new(pod, turn, Leave) { Gate = this, AsksAnyway = !isRefused && (once || (_allowed == 0 && !_hasRefused)) };
            LinkedListNode<BudgetQueueEntry>? before = _waiting.Last;
            while (before?.Value.Turn.CompareTo(turn) > 0)
                before = before.Previous;
            if (before is null)
                _waiting.AddFirst(ticket);
            else
                _waiting.AddAfter(before, ticket);
            Advance(pass);
        }

        pass.ForEach(t => t.Pass());
        return ticket;
    }

    /// <summary>An eviction request for the pod is being sent; also by a caller whose wait ended.</summary>
    public void Asks(BudgetQueueEntry ticket)
    {
        lock (_lock)
        {
            if (!_asked.TryGetValue(ticket, out PendingEviction? question))
            {
                _waiting.Remove(ticket);
                _asked.Add(ticket, question = new(Takes(ticket)));
            }

            question.Requests++;
            question.AskedAt = time.GetTimestamp();
            question.Statuses = _statuses;
            question.Late?.Dispose();
            question.Late = time.CreateTimer(_ => IsLate(ticket), null, _answerTime.Limit, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>What the server answered.</summary>
    /// <param name="ticket">For which pod.</param>
    /// <param name="accepted">It goes.</param>
    /// <param name="refused">The budget does not let it.</param>
    public void Answered(BudgetQueueEntry ticket, bool accepted, bool refused)
    {
        List<BudgetQueueEntry> pass = [];
        lock (_lock)
        {
            if (!_asked.Remove(ticket, out PendingEviction? question))
                return;
            question.Late?.Dispose();
            // With several requests it is unknown which one was answered.
            if (question.Requests == 1)
                _answerTime.Add(time.GetElapsedTime(question.AskedAt));
            if (accepted && !question.IsLate)
                _atOnce = Math.Min(MostAtOnce, _atOnce + (1 / _atOnce));
            if (accepted && question is { Takes: true, IsCounted: false } && _allowed > 0)
                _allowed--;
            _hasRefused |= refused;
            // A status from before the request no longer counts.
            if (refused && question.Statuses == _statuses)
                _allowed = 0;
            Advance(pass);
        }

        pass.ForEach(t => t.Pass());
    }

    private void Leave(BudgetQueueEntry ticket)
    {
        List<BudgetQueueEntry> pass = [];
        lock (_lock)
        {
            _waiting.Remove(ticket);
            if (_asked.Remove(ticket, out PendingEviction? question))
                question.Late?.Dispose();
            Advance(pass);
        }

        pass.ForEach(t => t.Pass());
    }

    private void IsLate(BudgetQueueEntry ticket)
    {
        List<BudgetQueueEntry> pass = [];
        lock (_lock)
        {
            if (!_asked.TryGetValue(ticket, out PendingEviction? question))
                return;
            question.IsLate = true;
            _atOnce = Math.Max(FewestAtOnce, _atOnce / 2);
            Advance(pass);
        }

        pass.ForEach(t => t.Pass());
    }

    private void Advance(List<BudgetQueueEntry> pass)
    {
        int asking = _asked.Values.Count(q => !q.IsLate);
        int free = _allowed - _asked.Values.Count(q => q is { Takes: true, IsLate: false, IsCounted: false });
        LetPass(
            pass,
            ticket =>
            {
                if (asking >= (int)_atOnce)
                    return false;
                bool takes = Takes(ticket);
                if (takes && free <= 0 && !ticket.AsksAnyway)
                    return false;
                asking++;
                if (takes)
                    free--;
                _asked.Add(ticket, new(takes));
                return true;
            }
        );

        if (_waiting.Count > 0)
            return;
        foreach ((BudgetQueueEntry ticket, PendingEviction late) in _asked.Where(q => MayRepeat(q.Key, q.Value)))
        {
            if (asking++ >= (int)_atOnce || free-- <= 0)
                return;
            late.IsLate = false;
            ticket.Repeat();
        }
    }

    private static bool MayRepeat(BudgetQueueEntry ticket, PendingEviction question) =>
        question is { IsLate: true, Takes: true, IsCounted: false, Requests: < MostOfOnePod }
        && ticket.Pod.Controller()?.Kind == "ReplicaSet";

    private void LetPass(List<BudgetQueueEntry> pass, Predicate<BudgetQueueEntry> may)
    {
        for (LinkedListNode<BudgetQueueEntry>? at = _waiting.First; at is not null; )
        {
            LinkedListNode<BudgetQueueEntry> next = at;
            at = at.Next;
            if (!may(next.Value))
                continue;
            _waiting.Remove(next);
            pass.Add(next.Value);
        }
    }

    private bool Takes(BudgetQueueEntry ticket) => Budget is not { } budget || BudgetRules.TakesAllowance(ticket.Pod, budget, minorVersion);
}
