using NodeManager.Server.Access;
using NodeManager.Server.Agents.Plans;

namespace NodeManager.Server.Agents;

/// <summary>Tells callers apart by what they prove themselves with.</summary>
internal static class Callers
{
    /// <summary>Of a request that was authenticated. Two local tokens of one level are two callers; where another server vouches for a name, the name is the caller.</summary>
    public static AgentCaller Of(HttpContext context)
    {
        string name = context.User.Identity!.Name!;
        if (context.User.Identity.AuthenticationType != LocalAuthentication.SchemeName)
            return AgentCaller.OfUser(name);
        return new(name, "secret:" + AccessSecret.HashOf(LocalAuthentication.TokenOf(context.Request)));
    }
}
