namespace NodeManager.Pipeline;

/// <summary>Prefixes streams of a node's script with the node's name, because scripts run concurrently.</summary>
internal sealed class NodeStreams(Worker worker, string node) : IScriptStreams
{
    public void Write(WarningRecord record) => worker.Warning($"Node {node}: {record.Message}");

    public void Write(VerboseRecord record) => worker.Verbose($"Node {node}: {record.Message}");

    public void Write(InformationRecord record)
    {
        if (record.MessageData is HostInformationMessage message)
            message.Message = $"Node {node}: {message.Message}";
        record.Source = node;
        worker.Information(record);
    }
}
