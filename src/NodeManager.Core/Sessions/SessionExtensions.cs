namespace NodeManager.Core.Sessions;

public static class SessionExtensions
{
    /// <exception cref="NodeManagerException">SessionClosed: it was disconnected.</exception>
    public static ClusterConnection Connection(this NodeManagerSession session) =>
        session.State == "Connected" && session.Connection is ClusterConnection connection
            ? connection
            : throw new NodeManagerException(
                ErrorIds.SessionClosed, ErrorKind.InvalidOperation, $"The session to '{session.Cluster}' was disconnected.", session,
                "Connect again with Connect-NodeManager.");
}
