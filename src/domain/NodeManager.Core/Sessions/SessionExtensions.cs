using System.Security.Cryptography;

namespace NodeManager.Core.Sessions;

public static class SessionExtensions
{
    private const int LongestHolder = 200;

    /// <exception cref="NodeManagerException">SessionClosed: it was disconnected.</exception>
    public static ClusterConnection Connection(this NodeManagerSession session) =>
        session.State == NodeManagerSessionState.Connected && session.Connection is ClusterConnection connection
            ? connection
            : throw new NodeManagerException(
                ErrorIds.SessionClosed,
                ErrorKind.InvalidOperation,
                $"The session to '{session.Cluster}' was disconnected.",
                session,
                "Connect again with Connect-NodeManager."
            );

    /// <summary>The cluster's clock, also after the session has ended.</summary>
    public static TimeProvider Time(this NodeManagerSession session) =>
        (session.Connection as ClusterConnection ?? session.Connection()).Time;

    /// <inheritdoc cref="ClusterConnection.Get{T}(Func{ClusterConnection, T})"/>
    /// <exception cref="NodeManagerException">SessionClosed: it was disconnected.</exception>
    public static T Get<T>(this NodeManagerSession session, Func<ClusterConnection, T> create)
        where T : class => session.Connection().Get(create);

    /// <inheritdoc cref="ClusterConnection.Get{T}()"/>
    /// <exception cref="NodeManagerException">SessionClosed: it was disconnected.</exception>
    public static T Get<T>(this NodeManagerSession session)
        where T : class, new() => session.Connection().Get<T>();

    /// <summary>
    /// The <see cref="Requester"/> of the current work, or <see cref="ProcessUser"/>. The name in records of the cluster.
    /// </summary>
    public static string Who(this NodeManagerSession session) => Requester.Current ?? session.ProcessUser();

    /// <summary><c>user@machine</c>: the user of the cluster, or of the machine if the cluster has no user name.</summary>
    public static string ProcessUser(this NodeManagerSession session) =>
        $"{(session.User.Length > 0 ? session.User : Environment.UserName)}@{Environment.MachineName}";

    /// <summary>
    /// The identity of a new lease holder, at most 200 characters: <see cref="ProcessUser"/>, the process and eight random hexadecimal
    /// digits. A long user name is truncated, never the distinguishing part.
    /// </summary>
    public static string NewHolder(this NodeManagerSession session)
    {
        string who = session.ProcessUser(),
            unique = $"/{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(8, true)}";
        return who[..Math.Min(who.Length, LongestHolder - unique.Length)] + unique;
    }
}
