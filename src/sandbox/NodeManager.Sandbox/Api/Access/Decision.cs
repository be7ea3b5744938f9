namespace NodeManager.Sandbox.Api.Access;

/// <summary>Whether a user may do something.</summary>
/// <param name="IsAllowed">The answer.</param>
/// <param name="Reason">Why, in the server's words; empty where it gives none.</param>
internal readonly record struct Decision(bool IsAllowed, string Reason);
