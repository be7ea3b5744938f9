using NodeManager.Server.Access;
using NodeManager.Server.Agents.Plans;

namespace NodeManager.Server.Agents;

/// <summary>Identifies callers by their credential.</summary>
internal static class Callers
{
    /// <summary>
    /// Two local tokens of one level are two callers; with delegated authentication, the user name identifies the caller.
    /// </summary>
    public static AgentCaller Of(HttpContext context)
    {
        string name = context.User.Identity!.Name!;
        if (context.User.Identity.AuthenticationType != LocalAuthentication.SchemeName)
            return AgentCaller.OfUser(name);
        return new(name, "secret:" + AccessSecret.HashOf(LocalAuthentication.TokenOf(context.Request)));
    }
}
