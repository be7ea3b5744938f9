using System.Management.Automation;

namespace NodeManager.Pipeline;

/// <summary>The cmdlet that a <see cref="WorkPump"/> works for. All members are called on the pipeline's thread.</summary>
internal interface IPipelineHost
{
    bool IsVerboseWanted { get; }

    bool IsDebugWanted { get; }

    /// <summary>The current folder of PowerShell's file system, which is not the process's.</summary>
    string CurrentFolder { get; }

    /// <summary>An object for the pipeline. Also called after an interrupt, when the pipeline takes nothing any more.</summary>
    void WriteOutput(object value);

    void WriteFailure(Exception exception, object? target);

    void WriteWarning(string text);

    void WriteVerbose(string text);

    void WriteDebug(string text);

    void WriteInformation(InformationRecord record);

    void WriteProgress(ProgressRecord record);

    /// <summary>True for a command that asks before it acts: one that changes something.</summary>
    bool IsChange { get; }

    /// <summary>Asks about a change of a session's cluster.</summary>
    bool ShouldProcess(NodeManagerSession session, string target, string action);

    /// <summary>Asks about a change of this computer or this process.</summary>
    bool ShouldProcessLocally(string target, string action);

    /// <summary>Takes what confirmations say of a session's cluster, because the input knows it by another name or address.</summary>
    void DescribeCluster(NodeManagerSession session, string description);

    void ThrowTerminatingError(ErrorRecord record);

    /// <summary>Ctrl-C was pressed, and all work has had its time to end.</summary>
    void OnStopped();

    /// <summary>A later command stopped the pipeline, or an error ended it, and all work has had its time to end.</summary>
    void OnAbandoned();
}
