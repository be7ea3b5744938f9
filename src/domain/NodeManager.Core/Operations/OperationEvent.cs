using NodeManager.Core.Progress;

namespace NodeManager.Core.Operations;

/// <summary>An event of a <see cref="RunningOperation"/>.</summary>
public abstract record OperationEvent
{
    /// <summary>Counts up from 1 within the operation, with gaps where a later report replaced an earlier one.</summary>
    public long Sequence { get; internal init; }

    /// <summary>In the operation's time.</summary>
    public DateTimeOffset At { get; internal init; }

    /// <summary>Forwards a message or progress to an observer; does nothing for other events.</summary>
    public virtual void ForwardTo(IOperationObserver observer) { }
}

/// <summary>Work on a part of the operation, such as a node, began.</summary>
public sealed record OperationItemStarted(object Item) : OperationEvent;

/// <summary>Work on a part of the operation ended, with or without an error.</summary>
public sealed record OperationItemEnded(object Item) : OperationEvent;

public sealed record OperationOutput(object Value) : OperationEvent;

/// <summary>A failure. The rest of the operation continues.</summary>
/// <param name="Exception">A <see cref="NodeManagerException"/> unless it is a defect.</param>
/// <param name="Target">The object, if the exception does not name it.</param>
public sealed record OperationFailure(Exception Exception, object? Target) : OperationEvent
{
    /// <summary>True if another client cancelled the work.</summary>
    public bool IsCalledOff { get; init; }
}

/// <summary>A warning or a verbose message.</summary>
public sealed record OperationMessage(OperationLogLevel Level, string Text) : OperationEvent
{
    /// <inheritdoc/>
    public override void ForwardTo(IOperationObserver observer)
    {
        if (Level == OperationLogLevel.Warning)
            observer.Warning(Text);
        else
            observer.Verbose(Text);
    }
}

/// <summary>The progress of a part of the operation. Replaces the previous report of the same key.</summary>
public sealed record OperationProgressed(OperationProgress Progress) : OperationEvent
{
    /// <inheritdoc/>
    public override void ForwardTo(IOperationObserver observer) => observer.Progress(Progress);
}

/// <summary>Earlier messages were dropped.</summary>
/// <param name="Count">The number since the operation started.</param>
public sealed record OperationMessagesDropped(long Count) : OperationEvent
{
    /// <inheritdoc/>
    public override void ForwardTo(IOperationObserver observer) => observer.Verbose($"{Count} earlier messages are no longer kept.");
}

/// <summary>The last event of every operation.</summary>
public sealed record OperationEnded(OperationState State) : OperationEvent;

/// <summary>The state of a <see cref="RunningOperation"/>.</summary>
public enum OperationState
{
    Running,

    /// <summary>Completed without failures.</summary>
    Succeeded,

    /// <summary>Ended with a failure, or its session was disconnected.</summary>
    Failed,

    Cancelled,

    /// <summary>Ended with its process before it was complete. It can be started again.</summary>
    Interrupted,
}
