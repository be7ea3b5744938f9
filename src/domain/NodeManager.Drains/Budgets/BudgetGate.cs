using NodeManager.Drains.Decisions;
using NodeManager.Drains.Planning;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Budgets;

/// <summary>
/// The queue of pods that one PDB covers. Sends eviction requests in the order of their turns, as many concurrently as the PDB's last
/// status allows, minus requests that the status does not count yet. A stale status allows none. Thread-safe.
/// </summary>
/// <remarks>
/// Both the eviction and the disruption controller write the PDB. A request that meets another write sleeps in the server for half a second
/// (source: EvictionsRetry of the API server's pods/eviction). So few requests are sent concurrently: more while answers are quick, fewer
/// when one is late. A late request does not delay other pods: the remaining allowance goes to the next pod, or to a second request for the
/// late pod. The server then counts that pod twice until the controller observes the termination, which only lowers the allowance. This is
/// safe only for names that are not reused: the successor of a StatefulSet pod would count as disrupted for two minutes.
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

    public PodDisruptionBudget? Budget { get; private set; }

    /// <summary>Stores a listed state unless a later one is known.</summary>
    public void Seed(PodDisruptionBudget budget)
    {
        if (Budget is null)
            Update(budget);
    }

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

    /// <summary>The budget was deleted: every waiting pod may send its request.</summary>
    public void Open()
    {
        List<BudgetQueueEntry> pass = [];
        lock (_lock)
            LetPass(pass, static _ => true);
        pass.ForEach(t => t.Pass());
    }

    /// <summary>
    /// Joins the queue. While the allowance is unknown, the first pods send a request anyway, until the server refuses one.
    /// </summary>
    /// <param name="isRefused">True if the server has refused this pod before.</param>
    public BudgetQueueEntry Enter(Pod pod, DrainTurn turn, bool isRefused)
    {
        BudgetQueueEntry ticket;
        List<BudgetQueueEntry> pass = [];
        lock (_lock)
        {
            ticket = new(pod, turn, Leave) { Gate = this, IgnoresAllowance = !isRefused && (once || (_allowed == 0 && !_hasRefused)) };
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

    public void RecordRequest(BudgetQueueEntry ticket)
    {
        lock (_lock)
        {
            if (!_asked.TryGetValue(ticket, out PendingEviction? question))
            {
                _waiting.Remove(ticket);
                _asked.Add(ticket, question = new(Takes(ticket)));
            }

            question.Requests++;
            question.RequestedAt = time.GetTimestamp();
            question.Statuses = _statuses;
            question.Late?.Dispose();
            question.Late = time.CreateTimer(_ => IsLate(ticket), null, _answerTime.Limit, Timeout.InfiniteTimeSpan);
        }
    }

    public void RecordAnswer(BudgetQueueEntry ticket, bool accepted, bool refused)
    {
        List<BudgetQueueEntry> pass = [];
        lock (_lock)
        {
            if (!_asked.Remove(ticket, out PendingEviction? question))
                return;
            question.Late?.Dispose();
            // With several requests it is unknown which one was answered.
            if (question.Requests == 1)
                _answerTime.Add(time.GetElapsedTime(question.RequestedAt));
            if (accepted && !question.IsLate)
                _atOnce = Math.Min(MostAtOnce, _atOnce + (1 / _atOnce));
            if (accepted && question is { UsesAllowance: true, IsCounted: false } && _allowed > 0)
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
        int free = _allowed - _asked.Values.Count(q => q is { UsesAllowance: true, IsLate: false, IsCounted: false });
        LetPass(
            pass,
            ticket =>
            {
                if (asking >= (int)_atOnce)
                    return false;
                bool takes = Takes(ticket);
                if (takes && free <= 0 && !ticket.IgnoresAllowance)
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
        question is { IsLate: true, UsesAllowance: true, IsCounted: false, Requests: < MostOfOnePod }
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

    private bool Takes(BudgetQueueEntry ticket) => Budget is not { } budget || BudgetRules.UsesAllowance(ticket.Pod, budget, minorVersion);
}
