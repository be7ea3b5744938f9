namespace NodeManager.Pipeline;

/// <summary>The cmdlet of a <see cref="WorkPump"/>. All members are called on the pipeline thread.</summary>
internal interface IPipelineHost
{
    bool IsVerboseWanted { get; }

    bool IsDebugWanted { get; }

    /// <summary>The current folder of PowerShell, not of the process.</summary>
    string CurrentFolder { get; }

    /// <summary>Writes to the pipeline. Also called after an interrupt, when the pipeline accepts no more output.</summary>
    void WriteOutput(object value);

    void WriteFailure(Exception exception, object? target);

    void WriteWarning(string text);

    void WriteVerbose(string text);

    void WriteDebug(string text);

    void WriteInformation(InformationRecord record);

    void WriteProgress(ProgressRecord record);

    /// <summary>True for a command that supports ShouldProcess.</summary>
    bool IsChange { get; }

    /// <summary>Asks for confirmation of a change of a session's cluster.</summary>
    bool ShouldProcess(NodeManagerSession session, string target, string action);

    /// <summary>Asks for confirmation of a change of this computer or process.</summary>
    bool ShouldProcessLocally(string target, string action);

    /// <summary>Adds a remark to confirmations of a session, because the input knows its cluster by another name or address.</summary>
    void DescribeCluster(NodeManagerSession session, string description);

    void ThrowTerminatingError(ErrorRecord record);

    /// <summary>Called after Ctrl-C, once work has ended or its time limit has expired.</summary>
    void OnStopped();

    /// <summary>Called after a later command or an error stopped the pipeline, once work has ended or its time limit has expired.</summary>
    void OnAbandoned();
}
