using System.Globalization;

namespace NodeManager.Core.Sessions;

/// <summary>Which session is meant. Pure: never connects, and never takes another session instead.</summary>
public static class SessionChoice
{
    /// <summary>The one connected session to the cluster that an object comes from.</summary>
    /// <param name="cluster">As <see cref="ClusterObject.Cluster"/> has it.</param>
    /// <param name="sessions">Those to choose from.</param>
    /// <exception cref="NodeManagerException">SessionNotFound, SessionAmbiguous.</exception>
    public static NodeManagerSession ForCluster(string cluster, IEnumerable<NodeManagerSession> sessions)
    {
        NodeManagerSession[] connected = Connected(sessions);
        return Only(Named(cluster, connected), $"cluster '{cluster}', the cluster of the input", connected,
            $"Connect to '{cluster}', or specify its session with -Session. To act in another cluster, pass names of nodes instead.");
    }

    /// <summary>The one connected session of this name, or else of this id.</summary>
    /// <param name="text">A session's <see cref="NodeManagerSession.Cluster"/> or <see cref="NodeManagerSession.Id"/>.</param>
    /// <param name="sessions">Those to choose from.</param>
    /// <exception cref="NodeManagerException">SessionNotFound, SessionAmbiguous.</exception>
    public static NodeManagerSession ByText(string text, IEnumerable<NodeManagerSession> sessions)
    {
        NodeManagerSession[] connected = Connected(sessions);
        NodeManagerSession[] matches = Named(text, connected);
        if (matches.Length == 0 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            matches = [.. connected.Where(s => s.Id == id)];
        return Only(matches, $"'{text}'", connected, "Get-NodeManagerSession lists the names and ids of the sessions of this runspace.");
    }

    private static NodeManagerSession[] Connected(IEnumerable<NodeManagerSession> sessions) => [.. sessions.Where(s => s.State == "Connected").Distinct()];

    private static NodeManagerSession[] Named(string name, NodeManagerSession[] sessions) =>
        [.. sessions.Where(s => string.Equals(s.Cluster, name, StringComparison.OrdinalIgnoreCase))];

    private static NodeManagerSession Only(NodeManagerSession[] matches, string meant, NodeManagerSession[] connected, string action) => matches switch
    {
        [var one] => one,
        [] => throw new NodeManagerException(
            ErrorIds.SessionNotFound, ErrorKind.ObjectNotFound,
            $"No session is connected to {meant} (connected: {(connected.Length == 0 ? "none" : string.Join(", ", connected.Select(s => s.Cluster)))}).", null, action),
        _ => throw new NodeManagerException(
            ErrorIds.SessionAmbiguous, ErrorKind.InvalidArgument,
            $"{matches.Length} sessions match {meant}: {string.Join(", ", matches.Select(s => s.Id))}.", null, "Specify one session with -Session and its id."),
    };
}
