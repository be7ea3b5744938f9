using NodeManager.Core.Operations;
using NodeManager.Drains.Progress;

namespace NodeManager.Drains.Evictions;

/// <summary>The removal requests for one pod so far. Not thread-safe.</summary>
internal sealed class Attempts
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // A server that answers with an error each time does not recover by itself; a silent one may be restarting.
    private const int FailureLimit = 10;

    private int _failures;
    private DateTimeOffset? _unansweredSince;
    private TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    public RemovalMode Mode { get; set; }

    /// <summary>The last answer if a budget refused; else null.</summary>
    public EvictionAnswer? Refusal { get; private set; }

    public void Add(EvictionAnswer answer, DateTimeOffset now)
    {
        Refusal = answer.Kind is EvictionAnswerKind.BudgetRefuses or EvictionAnswerKind.SeveralBudgets ? answer : null;
        _failures = answer is { Kind: EvictionAnswerKind.Unreachable, IsUnanswered: false } ? _failures + 1 : 0;
        _unansweredSince = answer.IsUnanswered ? _unansweredSince ?? now : null;
    }

    /// <summary>True while a server that fails or is silent may recover.</summary>
    public bool MayRecover(DateTimeOffset now) => _failures < FailureLimit && !(now - _unansweredSince > UnreachableServerRetry.Limit);

    /// <summary>The pause before the next request, doubled with each call.</summary>
    public TimeSpan NextPause()
    {
        TimeSpan pause = _pause;
        _pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        return pause;
    }
}
