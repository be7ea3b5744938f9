namespace NodeManager.Core.Progress;

/// <summary>Reports the progress of one of several clusters: nodes of two may have the same name, so each bar names its cluster.</summary>
/// <param name="observer">Receives the progress of all clusters.</param>
public sealed class ClusterProgress(IOperationObserver observer, NodeManagerSession session) : IOperationObserver
{
    public void Warning(string message) => observer.Warning(message);

    public void Verbose(string message) => observer.Verbose(message);

    public void Progress(OperationProgress progress) =>
        observer.Progress(
            progress with
            {
                Key = KeyOf(progress.Key),
                Activity = $"{progress.Activity} of {session.Cluster}",
                Parent = progress.Parent.Length == 0 ? "" : KeyOf(progress.Parent),
            }
        );

    private string KeyOf(string key) => $"{session.Id} {key}";
}
