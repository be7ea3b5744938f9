using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Kubernetes.Streaming;

/// <summary>A program to run in a container, with a terminal and its input.</summary>
public sealed record ExecRequest(string Namespace, string Pod, string Container, IReadOnlyList<string> Command)
{
    internal string PathAndQuery =>
        Command
            .Aggregate(
                new QueryString(Resources.Pods.Path(Namespace, Pod, "exec"))
                    .Add("container", Container)
                    .Add("stdin", "true")
                    .Add("stdout", "true")
                    .Add("tty", "true"),
                static (query, word) => query.Add("command", word)
            )
            .ToString();
}
