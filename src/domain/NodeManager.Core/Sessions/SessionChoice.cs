using System.Globalization;

namespace NodeManager.Core.Sessions;

/// <summary>
/// Chooses the session for an object or a name. Never connects, and never falls back to another session. The only place that compares the
/// cluster of an object with the cluster of a session.
/// </summary>
public static class SessionChoice
{
    /// <summary>
    /// The one connected session to the object's cluster. The identity of the cluster decides. If the object or the session has none, the
    /// name decides, and a change additionally requires the UID of the node or a session that the user names.
    /// </summary>
    /// <param name="isNamed">True if the user named these sessions, with -Session.</param>
    /// <param name="changes">True for a command that changes the cluster.</param>
    /// <exception cref="NodeManagerException">WrongCluster, ClusterUnverified, SessionNotFound, SessionAmbiguous.</exception>
    public static SessionMatch ForObject(ObjectOrigin origin, IEnumerable<NodeManagerSession> sessions, bool isNamed, bool changes)
    {
        NodeManagerSession[] connected = Connected(sessions);
        NodeManagerSession[] same = [.. connected.Where(s => origin.ClusterUid.Length > 0 && s.ClusterUid == origin.ClusterUid)];
        if (same is [var only])
            return new(only);
        if (same.Length > 0)
            return new(
                Only(Named(origin.Cluster, same) is { Length: > 0 } named ? named : same, MeaningOf(origin), connected, ActionOf(origin))
            );

        NodeManagerSession found = Only(Named(origin.Cluster, connected), MeaningOf(origin), connected, ActionOf(origin));
        if (origin.ClusterUid.Length > 0 && found.ClusterUid.Length > 0)
            throw WrongCluster(origin, found);
        if (origin.HasNodeUid || isNamed)
            return new(found);
        return changes
            ? throw Unverified(origin, found)
            : new(found)
            {
                Warning = $"{DoubtOf(origin, found)} The command reads cluster '{found.Cluster}'. To be certain, specify -Session.",
            };
    }

    /// <summary>A note for confirmations if the input has another name or address for the cluster; otherwise empty.</summary>
    public static string DescribeDifference(ObjectOrigin origin, NodeManagerSession session)
    {
        bool isElsewhere = origin.ClusterServer.Length > 0 && origin.ClusterServer != session.Server.AbsoluteUri;
        if (origin.ClusterUid.Length == 0 || origin.ClusterUid != session.ClusterUid)
            return "";
        if (isElsewhere)
            return $"at {session.Server.AbsoluteUri}; the input comes from the same cluster '{origin.Cluster}' at {origin.ClusterServer}";
        return string.Equals(origin.Cluster, session.Cluster, StringComparison.OrdinalIgnoreCase)
            ? ""
            : $"the input comes from the same cluster, named '{origin.Cluster}'";
    }

    /// <summary>The one connected session of this name, or else of this id.</summary>
    /// <param name="text">A session's <see cref="NodeManagerSession.Cluster"/> or <see cref="NodeManagerSession.Id"/>.</param>
    /// <exception cref="NodeManagerException">SessionNotFound, SessionAmbiguous.</exception>
    public static NodeManagerSession ByText(string text, IEnumerable<NodeManagerSession> sessions)
    {
        NodeManagerSession[] connected = Connected(sessions);
        NodeManagerSession[] matches = Named(text, connected);
        if (matches.Length == 0 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            matches = [.. connected.Where(s => s.Id == id)];
        return Only(matches, $"'{text}'", connected, "Get-NodeManagerSession lists the names and ids of the sessions of this runspace.");
    }

    private static string MeaningOf(ObjectOrigin origin) =>
        origin.Cluster.Length > 0
            ? $"cluster '{origin.Cluster}', the cluster of the input"
            : $"the cluster of the input (ClusterUid {origin.ClusterUid})";

    private static string ActionOf(ObjectOrigin origin) =>
        $"Connect to {(origin.Cluster.Length > 0 ? $"'{origin.Cluster}'" : "that cluster")}, or specify its session with -Session. To act in another cluster, pass names of nodes instead.";

    private static NodeManagerException WrongCluster(ObjectOrigin origin, NodeManagerSession found) =>
        new(
            ErrorIds.WrongCluster,
            ErrorKind.InvalidArgument,
            $"The input comes from another cluster that was also named '{origin.Cluster}': its ClusterUid is {origin.ClusterUid}, that of session '{found.Cluster}' is {found.ClusterUid}.",
            null,
            $"Connect to the cluster of the input. To act in the cluster of session '{found.Cluster}', read the objects again there, or pass names of nodes."
        );

    private static NodeManagerException Unverified(ObjectOrigin origin, NodeManagerSession found) =>
        new(
            ErrorIds.ClusterUnverified,
            ErrorKind.InvalidOperation,
            $"{DoubtOf(origin, found)} Nothing was changed.",
            null,
            $"Read the objects again. If cluster '{found.Cluster}' is the right one, specify it with -Session '{found.Cluster}'."
        );

    private static string DoubtOf(ObjectOrigin origin, NodeManagerSession found) =>
        string.Concat(
            $"It is not certain that the input comes from cluster '{found.Cluster}': ",
            origin.ClusterUid.Length == 0
                ? "the input has no ClusterUid"
                : $"the permission to get namespace kube-system is missing in session '{found.Cluster}'",
            ", and no UID of a node."
        );

    private static NodeManagerSession[] Connected(IEnumerable<NodeManagerSession> sessions) =>
        [.. sessions.Where(s => s.State == NodeManagerSessionState.Connected).Distinct()];

    private static NodeManagerSession[] Named(string name, NodeManagerSession[] sessions) =>
        [.. sessions.Where(s => string.Equals(s.Cluster, name, StringComparison.OrdinalIgnoreCase))];

    private static NodeManagerSession Only(NodeManagerSession[] matches, string meant, NodeManagerSession[] connected, string action) =>
        matches switch
        {
            [var one] => one,
            [] => throw new NodeManagerException(
                ErrorIds.SessionNotFound,
                ErrorKind.ObjectNotFound,
                $"No session is connected to {meant} (connected: {(connected.Length == 0 ? "none" : string.Join(", ", connected.Select(s => s.Cluster)))}).",
                null,
                action
            ),
            _ => throw new NodeManagerException(
                ErrorIds.SessionAmbiguous,
                ErrorKind.InvalidArgument,
                $"{matches.Length} sessions match {meant}: {string.Join(", ", matches.Select(s => s.Id))}.",
                null,
                "Specify one session with -Session and its id."
            ),
        };
}
