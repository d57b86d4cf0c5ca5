export interface AdminResponse {
  readonly status: number
  readonly body: object
}

export function ok(body: object): AdminResponse {
  return { status: 200, body }
}

export function refused(
  errors: readonly { readonly instancePath: string; readonly message: string }[]
): AdminResponse {
  return { status: 400, body: { errors: errors.map(error => `${error.instancePath} ${error.message}`) } }
}
