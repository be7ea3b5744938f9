namespace NodeManager.Sandbox.Api.Access;

/// <param name="Reason">In the server's words; empty where it gives none.</param>
internal readonly record struct Decision(bool IsAllowed, string Reason);
