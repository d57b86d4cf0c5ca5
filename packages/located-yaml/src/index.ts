export { type LocatedYaml, type Path, type Place, readLocated, type SyntaxFault } from './read-located.ts'
