using System.Management.Automation.Host;
using NodeManager.Core.Configuration;

namespace NodeManager.Sessions;

/// <summary>Confirms changes of protected clusters for one command.</summary>
/// <param name="confirmed">The value of <c>-ConfirmCluster</c>; null without it.</param>
internal sealed class ClusterConfirmation(string? confirmed)
{
    private readonly Dictionary<NodeManagerSession, bool> _answers = [];

    /// <summary>Confirms a change of a protected cluster.</summary>
    /// <param name="question">Names the change and its target.</param>
    /// <param name="refuse">Receives the error, once per session.</param>
    /// <returns>True: confirmed. False: refused. Null: ask as for any other cluster.</returns>
    public bool? Ask(NodeManagerSession session, string question, PSHost host, Action<Exception> refuse)
    {
        if (ClusterProtection.IsConfirmed(session, confirmed))
            return null;
        if (_answers.TryGetValue(session, out bool known))
            return known;
        int answer = confirmed is null ? Prompt(session, question, host) : -1;
        if (answer is 0 or 2)
            return answer == 0;
        if (answer < 0)
        {
            refuse(
                ClusterProtection.Refusal(
                    session,
                    confirmed,
                    $"Confirm the change at an interactive prompt, or with -ConfirmCluster '{session.Cluster}'. -Confirm:$false does not confirm it."
                )
            );
        }

        return _answers[session] = answer == 1;
    }

    // The default is no, so that an empty line does not change a protected cluster. -1: not interactive.
    private static int Prompt(NodeManagerSession session, string question, PSHost host)
    {
        if (host.Name == "ConsoleHost" && Console.IsInputRedirected)
            return -1;
        try
        {
            return host.UI.PromptForChoice(
                $"Protected cluster '{session.Cluster}'",
                question,
                [
                    new("&Yes", "Make this change."),
                    new("Yes to &All", $"Make this and all further changes of this command in cluster '{session.Cluster}'."),
                    new("&No", "Do not make this change."),
                    new("No to A&ll", $"Make no further change in cluster '{session.Cluster}'."),
                ],
                2
            );
        }
        catch (Exception failure) when (failure is not PipelineStoppedException)
        {
            return -1;
        }
    }
}
