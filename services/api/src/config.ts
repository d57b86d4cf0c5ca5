import { commonVariables, POSTGRES_URL, portVariable, REDIS_URL, secret } from '@opendirsync/runtime'
import { Type } from 'typebox'

export const ApiConfig = Type.Object({
  ...commonVariables,
  POSTGRES_URL,
  REDIS_URL,
  API_HOST: Type.String({ default: '127.0.0.1', description: 'The address that the API is served at' }),
  API_PORT: portVariable({ default: 8080, description: 'The port that the API is served at; 0 takes any' }),
  API_KEYS: secret({
    description:
      'Who may call the API: name:key, with commas between several; a key has 32 characters or more'
  })
})
