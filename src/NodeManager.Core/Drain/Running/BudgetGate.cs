using NodeManager.Core.Drain.Planning;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Running;

/// <summary>
/// Lets pods pass that wait for one budget. Each status of the budget lets as many pass as it allows disruptions, whether they wait already
/// or come later; a status that lags behind its specification lets none. Thread-safe.
/// </summary>
internal sealed class BudgetGate(string version) : IDisposable
{
    // One request at a time takes four times as long; hundreds conflict over the budget's status, and each conflict costs half a second.
    private const int RequestsAtOnce = 10;

    private readonly Lock _lock = new();
    private readonly LinkedList<BudgetTicket> _waiting = new();
    private readonly SemaphoreSlim _requests = new(RequestsAtOnce);
    private int _passes;

    /// <summary>The budget as last told.</summary>
    public PodDisruptionBudget? Budget { get; private set; }

    /// <summary>Held while an eviction is asked for.</summary>
    public SemaphoreSlim Requests => _requests;

    /// <summary>Takes the state in without letting anyone pass: it may be older than the refusals that follow.</summary>
    public void Seed(PodDisruptionBudget budget)
    {
        lock (_lock) Budget ??= budget;
    }

    /// <summary>A new state of the budget.</summary>
    public void Update(PodDisruptionBudget budget)
    {
        List<BudgetTicket> pass = [];
        lock (_lock)
        {
            Budget = budget;
            _passes = BudgetRules.IsStale(budget) ? 0 : budget.Status.DisruptionsAllowed;
            for (LinkedListNode<BudgetTicket>? at = _waiting.First; at is not null;)
            {
                LinkedListNode<BudgetTicket> next = at;
                at = at.Next;
                if (BudgetRules.Covers(budget, next.Value.Pod, version)) continue;
                _waiting.Remove(next);
                pass.Add(next.Value);
            }

            TakePasses(pass);
        }

        pass.ForEach(t => t.Pass());
    }

    /// <summary>The budget is gone: everyone may ask again.</summary>
    public void Open()
    {
        List<BudgetTicket> pass;
        lock (_lock)
        {
            pass = [.. _waiting];
            _waiting.Clear();
        }

        pass.ForEach(t => t.Pass());
    }

    /// <summary>Waits in line for a pod that was refused. Passes at once where the state already held still allows one.</summary>
    public BudgetTicket Enter(Pod pod)
    {
        BudgetTicket ticket = new(pod, Leave);
        List<BudgetTicket> pass = [];
        lock (_lock)
        {
            _waiting.AddLast(ticket);
            TakePasses(pass);
        }

        pass.ForEach(t => t.Pass());
        return ticket;
    }

    public void Dispose() => _requests.Dispose();

    private void TakePasses(List<BudgetTicket> pass)
    {
        while (_passes > 0 && _waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            _passes--;
            pass.Add(first.Value);
        }
    }

    private void Leave(BudgetTicket ticket)
    {
        lock (_lock) _waiting.Remove(ticket);
    }
}
