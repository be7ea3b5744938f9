namespace NodeManager.Sandbox.Api.Bodies;

/// <param name="Path">For example <c>spec.containers[0].name</c>.</param>
/// <param name="Line">Of the second one, from 1.</param>
internal readonly record struct DuplicateMember(string Path, string Name, long Line);
