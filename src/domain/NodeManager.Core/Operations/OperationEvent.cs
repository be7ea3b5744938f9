using NodeManager.Core.Progress;

namespace NodeManager.Core.Operations;

/// <summary>Something that happened in a <see cref="RunningOperation"/>.</summary>
public abstract record OperationEvent
{
    /// <summary>Counts up from 1 within the operation. Numbers are missing where a later report replaced an earlier one.</summary>
    public long Sequence { get; internal init; }

    /// <summary>In the operation's time.</summary>
    public DateTimeOffset At { get; internal init; }

    /// <summary>Repeats a message or a report of progress; does nothing for other events.</summary>
    public virtual void Tell(IOperationObserver observer) { }
}

/// <summary>Work on a part of the operation, a node for example, began.</summary>
public sealed record OperationItemStarted(object Item) : OperationEvent;

/// <summary>Work on a part of the operation ended, with or without an error.</summary>
public sealed record OperationItemEnded(object Item) : OperationEvent;

/// <summary>A result.</summary>
public sealed record OperationOutput(object Value) : OperationEvent;

/// <summary>Something failed. The rest of the operation continues.</summary>
/// <param name="Exception">What went wrong; a <see cref="NodeManagerException"/> unless it is a defect.</param>
/// <param name="Target">What was worked on, where the exception does not name it.</param>
public sealed record OperationFailure(Exception Exception, object? Target) : OperationEvent
{
    /// <summary>Another client called the work off.</summary>
    public bool IsCalledOff { get; init; }
}

/// <summary>A warning or a verbose message.</summary>
public sealed record OperationMessage(OperationLogLevel Level, string Text) : OperationEvent
{
    /// <inheritdoc/>
    public override void Tell(IOperationObserver observer)
    {
        if (Level == OperationLogLevel.Warning)
            observer.Warning(Text);
        else
            observer.Verbose(Text);
    }
}

/// <summary>How far a part of the operation is. Replaces the former report of the same key.</summary>
public sealed record OperationProgressed(OperationProgress Progress) : OperationEvent
{
    /// <inheritdoc/>
    public override void Tell(IOperationObserver observer) => observer.Progress(Progress);
}

/// <summary>Messages before this one are no longer kept.</summary>
/// <param name="Count">How many, since the operation started.</param>
public sealed record OperationMessagesDropped(long Count) : OperationEvent
{
    /// <inheritdoc/>
    public override void Tell(IOperationObserver observer) => observer.Verbose($"{Count} earlier messages are no longer kept.");
}

/// <summary>The last event of every operation.</summary>
public sealed record OperationEnded(OperationState State) : OperationEvent;

/// <summary>What a <see cref="RunningOperation"/> is doing, or how it ended.</summary>
public enum OperationState
{
    Running,

    /// <summary>It ended, and nothing failed.</summary>
    Succeeded,

    /// <summary>It ended, and something failed, or its session was disconnected.</summary>
    Failed,

    /// <summary>It was cancelled before it ended.</summary>
    Cancelled,
}
